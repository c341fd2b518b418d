from idp.directory.connection import _sorted_out


def test_referrals_are_kept_apart_from_entries():
    entries, referrals = _sorted_out([("uid=a,dc=x", {"uid": [b"a"]}, []), (None, ["ldap://jinde/dc=x"], [])])
    assert [each.dn for each in entries] == ["uid=a,dc=x"]
    assert referrals == ["ldap://jinde/dc=x"]
