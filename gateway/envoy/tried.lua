-- Says which route a request would take, and does not let it take it. A route without a name that is ours says so by its
-- metadata; any other without a name answers by itself.
function envoy_on_request(handle)
  local asked = handle:streamInfo():routeName() or ""
  if asked ~= "" or handle:metadata():get("ours") then
    handle:respond({[":status"] = "200", ["x-brana-asked"] = asked}, "")
  end
end
