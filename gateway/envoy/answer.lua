-- Takes cookies that bear our names out of an application's answer; its other cookies stay.
-- Runs as an upstream filter, so what the gateway itself sets never passes here.

local function is_ours(cookie)
  -- Letter case does not hide a name, nor do quotes, spaces and control characters before it: at the beginning, and
  -- within a value too, which other readers of cookies than ours part there.
  local written = string.lower(cookie)
  return string.find(written, "^[%s%c%z\"',;=]*__host%-brana%-") ~= nil
    or string.find(written, "[%s%c%z\"',;]__host%-brana%-") ~= nil
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local count = headers:getNumValues("set-cookie")
  if count == 0 then
    return
  end
  local kept, found = {}, false
  for index = 0, count - 1 do
    local cookie = headers:getAtIndex("set-cookie", index)
    if is_ours(cookie) then
      found = true
    else
      kept[#kept + 1] = cookie
    end
  end
  if found then
    headers:remove("set-cookie")
    for _, cookie in ipairs(kept) do
      headers:add("set-cookie", cookie)
    end
  end
end
