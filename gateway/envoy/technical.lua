-- Connections of technical accounts: is the client's certificate verified, and what was decided of it a moment ago?
-- A verdict is remembered by certificate, address and route until it would expire as a grant; the gate behind this
-- filter looks at it as at a grant, so revocations and new policies count at once.

local MOST = 4096 -- remembered verdicts, per worker
local remembered, count = {}, 0

function envoy_on_request(handle)
  local headers = handle:headers()
  -- Nobody signs in here, so whose cookies are ours has them from elsewhere: a person's grant is none for programs.
  local cookies = headers:get("cookie")
  if cookies and string.find(string.lower(cookies), "__host-brana-", 1, true) then
    headers:remove("cookie")
  end
  local tls = handle:connection():ssl()
  if not tls or not tls:peerCertificatePresented() or not tls:peerCertificateValidated() then
    return
  end
  headers:replace("x-brana-certificate-verified", "1")
  if headers:get("authorization") then
    return -- a token speaks for itself
  end
  local stream = handle:streamInfo()
  -- As in the log, and as the decision hears it: behind a load balancer the peer is the same for everybody.
  local address = string.match(stream:downstreamRemoteAddress(), "^(.*):%d+$") or ""
  local key = tls:sha256PeerCertificateDigest() .. " " .. address .. " " .. (stream:routeName() or "")
  local known = remembered[key]
  if known and os.time() < known.ends then
    headers:replace("x-brana-gate", known.gate)
    headers:replace("x-brana-assertion", known.assertion)
  else
    stream:dynamicMetadata():set("brana.technical", "key", key)
  end
end

function envoy_on_response(handle)
  local metadata = handle:streamInfo():dynamicMetadata()
  local mine, decided = metadata:get("brana.technical"), metadata:get("envoy.filters.http.ext_authz")
  if not mine or not decided then
    return
  end
  local ends = tonumber(decided["x-brana-until"] or "")
  if not ends or not decided["x-brana-gate"] or not decided["x-brana-assertion"] then
    return
  end
  if count >= MOST then
    remembered, count = {}, 0
  end
  remembered[mine["key"]] = {
    ends = ends,
    gate = decided["x-brana-gate"],
    assertion = decided["x-brana-assertion"],
  }
  count = count + 1
end
