-- Where a WebDAV request wants to copy or move to: on this host, in the tree of its own route, in a spelling that can
-- be read in one way only. The application gets it with the scheme by which we reach it: servers compare it with their
-- own address, and know nothing of the TLS in front of us.

-- Path and query behind our scheme and host; nil where it is somebody else's.
local function path_on_this_host(uri, authority)
  if string.sub(uri, 1, 1) == "/" and string.sub(uri, 2, 2) ~= "/" then
    return uri
  end
  local host, path = string.match(uri, "^[hH][tT][tT][pP][sS]?://([^/]*)(/.*)$")
  if host and string.lower(host) == authority then
    return path
  end
  return nil
end

-- Whether all readers of this path mean the same place: no dots to climb by, no escapes that hide a sign of ours.
local function plain(path)
  local lower = string.lower(path)
  if string.find(lower, "[%c%s;\\?#\127]") or string.find(lower, "//", 1, true) then
    return false
  end
  for escape in string.gmatch(lower, "%%(..?)") do
    if not string.find(escape, "^%x%x$") or string.find(escape, "^[01]")
      or escape == "23" or escape == "2f" or escape == "3b" or escape == "3f" or escape == "5c" or escape == "7f" then
      return false
    end
  end
  -- an escape within an escape, also one at the very end
  if string.find(lower, "%%25%x%x") or string.find(lower, "%%$") then
    return false
  end
  -- ASCII in more octets than it takes (RFC 3629 §3)
  if string.find(lower, "%%c[01]%%[89ab]%x") or string.find(lower, "%%e0%%8[01]%%") or string.find(lower, "%%f0%%80%%8[01]%%") then
    return false
  end
  -- dots to climb by, and what Windows makes into such: a segment of dots and spaces alone
  for segment in string.gmatch(string.gsub(string.gsub(lower, "%%2e", "."), "%%20", " "), "[^/]+") do
    if string.find(segment, "^[. ]+$") then
      return false
    end
  end
  return true
end

local function within(path, tree)
  local lower = string.lower(path)
  return string.sub(lower, 1, #tree) == tree or lower .. "/" == tree
end

-- A server that knows nothing of TLS sends clients to `http://`: to the name of a folder with a slash, for example.
function envoy_on_response(handle)
  local headers, authority = handle:headers(), handle:metadata():get("authority")
  local location = headers:get("location")
  if location and authority and string.find(location, "^[hH][tT][tT][pP]://") then
    local path = path_on_this_host(location, authority)
    if path then
      headers:replace("location", "https://" .. authority .. path)
    end
  end
end

function envoy_on_request(handle)
  local headers, about = handle:headers(), handle:metadata()
  local authority = about:get("authority")
  local origin = about:get("scheme") .. "://" .. authority
  local destination = headers:get("destination")
  if destination then
    local path = headers:getNumValues("destination") == 1 and path_on_this_host(destination, authority)
    headers:remove("destination") -- whatever happens here, nothing unread comes to the application
    if not path or not plain(path) or not within(path, about:get("tree")) then
      handle:respond({[":status"] = "403"}, "")
      return
    end
    headers:add("destination", origin .. path)
  end
  -- Locks of several places are named by their addresses (RFC 4918 §10.4), which servers compare in the same way.
  local condition = headers:get("if")
  if condition and string.find(condition, "://", 1, true) then
    headers:replace("if", (string.gsub(condition, "<([^<>]*)>", function(uri)
      local path = path_on_this_host(uri, authority)
      return path and "<" .. origin .. path .. ">"
    end)))
  end
end
