-- The gate: does the grant cover what this route asks for? Before it stand grant.lua, cookies.lua, pace.lua, begun.lua.
-- EPOCH, REVOKED, TECHNICAL and UNSETTLED (ids with a space between), LIVES (seconds that a grant lives at most), FULL
-- (no room for the log) and SUFFIXES (application → end of its cookie's name) are set. What a token says, and a verdict on its words and a route's name, never change but by time, so both are
-- remembered; a new text, as of other keys, begins anew.

local FACTS = {"login", "subject", "name", "municipality", "roles"} -- that the application may be told in plain headers
local MOST = 4096 -- remembered grants, and verdicts, per worker
local GRANT = "__Host-brana-grant"

local revoked = {}
for id in string.gmatch(REVOKED, "%S+") do
  revoked[id] = true
end

local takes_tokens = {}
for application in string.gmatch(TECHNICAL, "%S+") do
  takes_tokens[application] = true
end

local unsettled = {}
for application in string.gmatch(UNSETTLED, "%S+") do
  unsettled[application] = true
end

-- On what a granted action rests, behind the revocation id; nothing where a grant of the version before does not say it
-- (config/rests_on.py).
local function rest_of(actions, action)
  local words, grant, version, policies = string.match(actions, "^(,.-,)=([^,=]*)=([^,=]*)=([^,=]*),$")
  if not words then
    return ""
  end
  local said, each = "", string.gmatch(policies .. ";", "([^;]*);")
  for word in string.gmatch(words, "[^,]+") do
    local policy = each() or ""
    if policy ~= "" then
      said = policy
    end
    if word == action then
      break
    end
  end
  return "=" .. grant .. "=" .. version .. "=" .. said
end

-- Of a fresh grant `who` is counted, and `told` to the log; or false when somebody has to decide anew.
local function judge(gate, route)
  local words, device = string.match(gate, "^(.-) (~%S+)$")
  local application, municipality, id, epoch, own, actions =
    string.match(words or gate, "^(%S+) (%S+) (%S+) (%S+) (%S+) (,%S*,)$")
  local asked, where, action = string.match(route, "^(%S+) (%S+) ([^%s,]+)$")
  if not application or not asked then
    return false
  end
  local in_place = where == municipality
  if where == "-" then
    in_place = own == "own"
  end
  if application == asked and in_place and epoch == EPOCH and not revoked[id] and not revoked[device or ""]
    and not unsettled[application] and string.find(actions, "," .. action .. ",", 1, true) then
    return {who = id .. " " .. municipality, told = id .. rest_of(actions, action) .. " " .. municipality}
  end
  return false
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
    keep(one.grants, name, grant)
  end
  return grant
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

local OURS = {portal = true, audit = true, policies = true, requests = true, devices = true}
local answered_by_us = {} -- by name of the route
local function is_ours(route)
  local known = answered_by_us[route]
  if known == nil then
    known = OURS[string.match(route, "^(%S+) ")] or false
    answered_by_us[route] = known
  end
  return known
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

-- Whether the connection's client has shown that certificate, and so proved its key.
local function shown_here(handle, digest)
  local tls = handle:connection():ssl()
  return tls ~= nil and tls:peerCertificatePresented() and tls:sha256PeerCertificateDigest() == digest
end

-- Whether the grant may come by this connection: by the tunnel, or the certificate, of the device it was given to.
local function bound_here(handle, stream, grant)
  if grant.tunnel then
    return stream:filterState():get("brana.tunnel") == grant.tunnel
  end
  return not grant.bound or shown_here(handle, grant.bound)
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

local function let_in_or_ask(handle)
  local headers, stream, now = handle:headers(), handle:streamInfo(), os.time()
  local cookies, route = headers:get("cookie"), stream:routeName() or ""
  if FULL and string.sub(route, 1, 6) ~= "audit " then -- officers see what is the matter, each look by a decision
    stream:dynamicMetadata():set("brana.unwritten", "full", true) -- gateway/envoy/access_log.py
    handle:respond({[":status"] = "507"}, "")
    return
  end
  local token, gate, grant = nil, nil, nil
  if TECHNICAL ~= "" then
    token, gate = token_of(headers, route), headers:get("x-brana-gate")
  end
  local one = cookies and seen(cookies)
  if one and one.several and headers:getNumValues("cookie") > 1 then -- doubt: who reads them as one reads another thing
    headers:remove("cookie")
    cookies, one = nil, nil
  end
  if one and not gate then
    grant = grant_in(handle, cookies, one, name_of_cookie(route))
    gate = grant and now < grant.expires -- without leeway: what it rests on is over then
      and grant.expires - now <= LIVES -- or the clock was set back since it was given
      and bound_here(handle, stream, grant) and grant.gate
  end
  local verdict = gate and verdict_on(gate, route)
  if verdict and too_many(verdict.who, now) then
    stream:filterState():set("brana.fresh", "envoy.string", verdict.told) -- the log says whose they are
    handle:respond({[":status"] = "429"}, "")
    return
  end
  if verdict and begun(headers, verdict.told, route, now) then
    -- One text of filter state, for the log and for whether anybody is asked: metadata would cost a tenth of a request
    -- more, and a header of its own is one more to write, look up and take away.
    stream:filterState():set("brana.fresh", "envoy.string", verdict.told)
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

-- Envoy lets a request go on whose script failed: with our cookies in it, to whom nobody decided to show them.
function envoy_on_request(handle)
  local done, why = pcall(let_in_or_ask, handle)
  if not done then
    handle:logErr("gate: " .. tostring(why))
    handle:respond({[":status"] = "503"}, "")
  end
end
