-- The gate: does the grant cover what this route asks for? grant.lua stands before this.
-- EPOCH, REVOKED and TECHNICAL (ids with a space between), SUFFIXES (application → end of its cookie's name), BEGUN (name of a file),
-- A_SECOND and SUCCEEDS are set. What a cookie header says, and a verdict on a grant's words and a route's name, never change but by
-- time, so they are remembered; a new text, as of other keys, begins anew.

local FACTS = {"login", "subject", "name", "municipality", "roles"} -- that the application may be told in plain headers
local MOST = 4096 -- remembered answers of each kind, per worker
local LONGEST = 8192 -- bytes of a cookie header that is worth remembering
local GRANT = "__Host-brana-grant"

local revoked = {}
for id in string.gmatch(REVOKED, "%S+") do
  revoked[id] = true
end

local takes_tokens = {}
for application in string.gmatch(TECHNICAL, "%S+") do
  takes_tokens[application] = true
end

-- Words of a fresh grant for the log, or false when somebody has to decide anew.
local function judge(gate, route)
  local application, municipality, id, epoch, own, actions =
    string.match(gate, "^(%S+) (%S+) (%S+) (%S+) (%S+) (,%S*,)$")
  local asked, where, action = string.match(route, "^(%S+) (%S+) ([^%s,]+)$")
  if not application or not asked then
    return false
  end
  local in_place = where == municipality
  if where == "-" then
    in_place = own == "own"
  end
  if application == asked and in_place and epoch == EPOCH and not revoked[id]
    and string.find(actions, "," .. action .. ",", 1, true) then
    return id .. " " .. municipality
  end
  return false
end

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

local verdicts, verdict_count = {}, 0
local function verdict_on(gate, route)
  local on_routes = verdicts[gate]
  local verdict = on_routes and on_routes[route]
  if verdict == nil then
    if verdict_count >= MOST then
      verdicts, verdict_count, on_routes = {}, 0, nil
    end
    if not on_routes then
      on_routes = {}
      verdicts[gate] = on_routes
    end
    verdict = judge(gate, route)
    on_routes[route], verdict_count = verdict, verdict_count + 1
  end
  return verdict
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

-- What is remembered of a cookie header: `grants` by the cookie's name (false: none), `rest` by whether our language is kept.
local headers_seen, seen_count = {}, 0
local function seen(cookies)
  local one = headers_seen[cookies]
  if not one then
    one = {grants = {}, rest = {}}
    if #cookies <= LONGEST then
      if seen_count >= MOST then
        headers_seen, seen_count = {}, 0
      end
      headers_seen[cookies], seen_count = one, seen_count + 1
    end
  end
  return one
end

-- By its own text, as other cookies of the same header may change with each request.
local grants, grant_count = {}, 0
local function grant_in(handle, cookies, one, name)
  local grant = one.grants[name]
  if grant == nil then
    local token = value_of(cookies, name)
    grant = token and (grants[token] or grant_of(handle, token)) or false
    if grant and not grants[token] then
      if grant_count >= MOST then
        grants, grant_count = {}, 0
      end
      grants[token], grant_count = grant, grant_count + 1
    end
    one.grants[name] = grant
  end
  return grant
end

local function stripped(cookies, one, keep_language)
  local rest = one.rest[keep_language]
  if rest == nil then
    rest = without_ours(cookies, keep_language) or false
    one.rest[keep_language] = rest
  end
  return rest
end

local names = {} -- of the grant's cookie, by name of the route
local function name_of_cookie(route)
  local name = names[route]
  if not name then
    name = GRANT .. (SUFFIXES[string.match(route, "^(%S+)") or ""] or "")
    names[route] = name
  end
  return name
end

-- How many requests a session makes: ten seconds' worth may come at once. By the clock of whole seconds, which is enough.
-- A gate that SUCCEEDS another knows nothing of what was counted there: nobody has more than they would have by now had
-- they used up all of it. Of two tables the older one goes when the newer is full, so whoever asks all the time stays.
local BURST_SECONDS = 10
local since = os.time()
local left, left_at, counted = {}, {}, 0
local older, older_at = {}, {}
local function too_many(who, now)
  local tokens, at = left[who], left_at[who]
  if not tokens then
    if counted >= MOST then
      older, older_at, left, left_at, counted = left, left_at, {}, {}, 0
    end
    tokens, at, counted = older[who], older_at[who], counted + 1
    if not tokens then
      local seconds = SUCCEEDS and math.min(BURST_SECONDS, 1 + math.max(0, now - since)) or BURST_SECONDS
      tokens, at = A_SECOND * seconds, now
    end
    left_at[who] = at
  end
  if at ~= now then
    tokens = math.min(A_SECOND * BURST_SECONDS, tokens + A_SECOND * math.max(0, now - at))
    left_at[who] = now
  end
  left[who] = math.max(0, tokens - 1)
  return tokens < 1
end

local answered_by_us = {} -- by name of the route
local function is_ours(route)
  local known = answered_by_us[route]
  if known == nil then
    known = string.find(route, "^portal ") ~= nil or string.find(route, "^audit ") ~= nil
    answered_by_us[route] = known
  end
  return known
end

-- Envoy's own line about a request comes when it ends, and dies with an Envoy that is killed. So whomever a grant
-- lets in is written down before the request goes on: one write(2) of a whole line into a file in memory that is
-- opened for appending. False when it cannot be written: then somebody has to decide anew.
local PATH = 2048 -- bytes of a path that are kept, as in the log: the file lies in memory, and paths may have 30,000
local file, opened, line_begins = nil, 0, ""
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
  -- In one piece: twelve pieces, each put into a buffer, take longer.
  return file
    and file:write(line_begins .. (headers:get("x-request-id") or "-") .. " " .. verdict .. " " .. route .. " "
      .. headers:get(":method") .. " " .. path .. " $\n")
end

-- The token of a technical account, which no application ever sees; nil where there is none.
local tokens_on = {} -- by name of the route
local function token_of(headers, route)
  local known = tokens_on[route]
  if known == nil then
    known = takes_tokens[string.match(route, "^(%S+)") or ""] or false
    tokens_on[route] = known
  end
  local said = known and headers:get("authorization")
  if said and string.lower(string.sub(said, 1, 7)) == "bearer " then
    headers:remove("authorization")
    return string.sub(said, 8)
  end
end

-- What a fresh grant says beside its verdict. A token and a certificate were read by filters in front, which have told it.
local function tell(headers, grant)
  headers:add("x-brana-assertion", grant.assertion)
  if grant.person then
    for fact, text in pairs(grant.person) do
      headers:add("x-brana-person-" .. fact, text)
    end
  end
end

function envoy_on_request(handle)
  local headers, stream, now = handle:headers(), handle:streamInfo(), os.time()
  local cookies, route = headers:get("cookie"), stream:routeName() or ""
  local token, gate, grant = nil, nil, nil
  if TECHNICAL ~= "" then
    token, gate = token_of(headers, route), headers:get("x-brana-gate")
  end
  local one = cookies and seen(cookies)
  if one and not gate then
    grant = grant_in(handle, cookies, one, name_of_cookie(route))
    gate = grant and now < grant.expires and grant.gate -- without leeway: what it rests on is over then
  end
  local verdict = gate and verdict_on(gate, route)
  if verdict and too_many(verdict, now) then
    stream:filterState():set("brana.fresh", "envoy.string", verdict) -- the log says whose they are
    handle:respond({[":status"] = "429"}, "")
    return
  end
  if verdict and begun(headers, verdict, route, now) then
    -- One text of filter state, for the log and for whether anybody is asked: metadata would cost a tenth of a request
    -- more, and a header of its own is one more to write, look up and take away.
    stream:filterState():set("brana.fresh", "envoy.string", verdict)
    if grant then
      tell(headers, grant)
    end
  else
    -- What an old token says must reach nobody; the decision looks at the cookies from here.
    headers:remove("x-brana-assertion")
    for _, fact in ipairs(FACTS) do
      headers:remove("x-brana-person-" .. fact)
    end
    if cookies then
      stream:dynamicMetadata():set("brana.gate", "cookies", cookies)
    end
    if token then
      stream:dynamicMetadata():set("brana.gate", "bearer", token)
    end
    local authority = handle:metadata():get("authority")
    if authority then -- where no route fits there is none, and no upstream either
      headers:replace(":authority", authority)
    end
  end
  if one then
    local rest = stripped(cookies, one, is_ours(route))
    if rest then
      headers:replace("cookie", rest)
    else
      headers:remove("cookie")
    end
  end
end
