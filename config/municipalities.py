"""Organisation numbers in the configuration give way to codes: everything else knows municipalities by code."""

from typing import TypeVar

from msgspec.structs import replace

from config.district import District
from config.settings import Deputy, Directory, RoleMapping, Settings

T = TypeVar("T", RoleMapping, Deputy)


def with_codes(settings: Settings, district: District) -> Settings:
    """What is no municipality stays as it was written: a finding tells of it."""
    return replace(settings, directories=[_directory(one, district) for one in settings.directories])


def _directory(directory: Directory, district: District) -> Directory:
    return replace(
        directory,
        municipalities=[district.code_of(one) or one for one in directory.municipalities],
        roles=[_with_code(one, district) for one in directory.roles],
        deputies=[_with_code(one, district) for one in directory.deputies],
    )


def _with_code(one: T, district: District) -> T:
    if one.municipality is None:
        return one
    return replace(one, municipality=district.code_of(one.municipality) or one.municipality)
