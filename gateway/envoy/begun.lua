-- Envoy's own line about a request comes when it ends, and dies with an Envoy that is killed. So whomever a grant
-- lets in is written down before the request goes on: one write(2) of a whole line into a file in memory that is
-- opened for appending. BEGUN, its name, is set before.

local PATH = 2048 -- bytes of a path that are kept, as in the log: the file lies in memory, and paths may have 30,000
local METHOD = 32 -- of a method, which may have as many; the longest that is registered has 17
local file, opened, line_begins = nil, 0, ""

-- False when it cannot be written: then somebody has to decide anew.
local function begun(headers, verdict, route, now)
  if now ~= opened then -- another file stands behind the name after a while, see gateway/audit/begun.py
    if file then
      file:close()
    end
    file, opened, line_begins = io.open(BEGUN, "a"), now, "\n+ " .. now .. " "
    if file then
      file:setvbuf("no")
    end
  end
  local path = headers:get(":path")
  local query = string.find(path, "?", 1, true)
  if query or #path > PATH then
    path = string.sub(path, 1, math.min(query and query - 1 or PATH, PATH))
  end
  local method = headers:get(":method")
  if #method > METHOD then
    method = string.sub(method, 1, METHOD)
  end
  -- In one piece: twelve pieces, each put into a buffer, take longer.
  return file
    and file:write(line_begins .. (headers:get("x-request-id") or "-") .. " " .. verdict .. " " .. route .. " "
      .. method .. " " .. path .. " $\n")
end
