-- What a cookie header says: which value a cookie has, and what is left of it for applications. It never changes, so
-- it is remembered.

local MOST_HEADERS = 4096 -- remembered, per worker
local LONGEST = 8192 -- bytes of a cookie header that is worth remembering

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

-- Of the first cookie with this name (RFC 6265 §5.4: the one with the longest path); nil where there is none.
local function value_of(cookies, name)
  for piece in string.gmatch(cookies, "[^;]+") do
    local said, value = string.match(piece, "^%s*([^=%s]+)=(%S*)%s*$")
    if said == name then
      return value
    end
  end
end

-- What is remembered of a cookie header: `grants` by the cookie's name (false: none), `rest` by whether our language is
-- kept, and whether it may be `several`, which are told with a comma between.
local headers_seen, seen_count = {}, 0
local function seen(cookies)
  local one = headers_seen[cookies]
  if not one then
    one = {grants = {}, rest = {}, several = string.find(cookies, ",", 1, true)}
    if #cookies <= LONGEST then
      if seen_count >= MOST_HEADERS then
        headers_seen, seen_count = {}, 0
      end
      headers_seen[cookies], seen_count = one, seen_count + 1
    end
  end
  return one
end

local function stripped(cookies, one, keep_language)
  local rest = one.rest[keep_language]
  if rest == nil then
    rest = without_ours(cookies, keep_language) or false
    one.rest[keep_language] = rest
  end
  return rest
end
