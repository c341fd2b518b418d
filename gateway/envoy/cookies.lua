-- What a cookie header says: which value a cookie has, and what is left of it for applications. It never changes, so
-- it is remembered.

local LONGEST = 8192 -- bytes of a cookie header that is worth remembering
local ROOM = 16 * 2 ^ 20 -- bytes that remembered cookie headers take, per worker; strangers fill them
local ENTRY, ANSWER = 400, 40 -- bytes that one takes beside its text, and an answer about it
local MOST_COOKIES = 400 -- of one request; browsers keep 180 of a whole site

-- The cookie header without cookies of ours; nil when none is left. The chosen language is for our own pages alone.
local function without_ours(cookies, keep_language)
  local kept = {}
  for piece in string.gmatch(cookies, "[^;]+") do
    local lower = string.lower(piece)
    if not string.find(lower, "^[%s%c\"',=]*__host%-brana%-")
      and (keep_language or not string.find(lower, "^[%s%c\"',=]*brana%-language")) then
      -- In two steps: one pattern that trims both ends takes a second for 30,000 spaces (Lua backtracks).
      local begins = string.find(piece, "%S")
      if begins then
        kept[#kept + 1] = string.match(piece, "^.*%S", begins)
      end
    end
  end
  local rest = table.concat(kept, "; ")
  -- Our name in any other place is nobody's honest cookie.
  if rest == "" or string.find(string.lower(rest), "__host-brana-", 1, true) then
    return nil
  end
  return rest
end

-- Of the one cookie with this name; nil where there is none. Of two neither is believed, as where decisions read them
-- (idp/http/cookie_header.py): one is planted by somebody, and no browser says which.
local function value_of(cookies, name)
  local found = nil
  for piece in string.gmatch(cookies, "[^;]+") do
    local said, begins = string.match(piece, "^%s*([^=%s]+)=()")
    if said == name then
      if found then
        return nil
      end
      found = string.match(piece, "^(%S*)%s*$", begins) or ""
    end
  end
  return found
end

-- More than any browser sends: each costs time, so they are doubt, and none is read or goes on.
local function too_many_cookies(cookies)
  local at = 0
  for _ = 1, MOST_COOKIES do
    at = string.find(cookies, ";", at + 1, true)
    if not at then
      return false
    end
  end
  return true
end

local NONE = setmetatable({}, {__index = function() return false end})

-- Where little lives, garbage may be three times as much before it is collected: a twentieth of what the gate adds to a
-- request. Where much is remembered, as much as usual. Asked whenever something more is remembered.
local LITTLE, SELDOM, USUAL = 8192, 400, 200 -- KiB; hundredths of what lives (LuaJIT: `setpause`)
local function collect_seldom()
  collectgarbage("setpause", collectgarbage("count") < LITTLE and SELDOM or USUAL)
end

-- What is remembered of a cookie header: `grants` by the cookie's name (false: none), `rest` by whether our language is
-- kept, and whether it may be `several`, which are told with a comma between.
local headers_seen, held = {}, 0
local function seen(cookies)
  if held > ROOM then
    headers_seen, held = {}, 0
  end
  local one = headers_seen[cookies]
  if not one then
    collect_seldom()
    one = too_many_cookies(cookies) and {grants = NONE, rest = NONE} or {grants = {}, rest = {}}
    one.several = string.find(cookies, ",", 1, true)
    if #cookies <= LONGEST then
      headers_seen[cookies], held = one, held + ENTRY + #cookies
    end
  end
  return one
end

-- An answer about one of them; `about` is its `grants` or `rest`.
local function keep(about, name, answer)
  about[name] = answer
  held = held + ANSWER + (type(answer) == "string" and #answer or 0)
end

local function stripped(cookies, one, keep_language)
  local rest = one.rest[keep_language]
  if rest == nil then
    rest = without_ours(cookies, keep_language) or false
    keep(one.rest, keep_language, rest)
  end
  return rest
end
