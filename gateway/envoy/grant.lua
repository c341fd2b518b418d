-- Reads a grant: a JWT in compact serialization (RFC 7515 §3.1), signed by ES256 (RFC 7518 §3.4). KEYS is set before:
-- protected header with its dot, as the control plane writes it → public key (DER, RFC 5480). A header that is not one
-- of these to the letter is no grant of ours; which algorithm it names, or where it says a key is, nobody reads. The
-- payload is read once its signature is verified, in the one order in which the control plane writes it
-- (gateway/grants/claims.py).

local HALF = 32 -- octets of r, and of s
local DIGEST = 32 -- octets of SHA-256
local SIGNATURE = 86 -- characters of both
local LONGEST_GRANT = 8192 -- bytes; browsers keep 4,096 of a cookie

local digits = {} -- base64url (RFC 4648 §5)
for value = 0, 63 do
  digits[string.byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", value + 1)] = value
end

-- Octets; nil where the text is not as every encoder writes it (§3.5).
local function decoded(text)
  local octets, held, bits = {}, 0, 0
  for at = 1, #text do
    local digit = digits[string.byte(text, at)]
    if not digit then
      return nil
    end
    held, bits = held * 64 + digit, bits + 6
    if bits >= 8 then
      bits = bits - 8
      local octet = math.floor(held / 2 ^ bits)
      octets[#octets + 1] = string.char(octet)
      held = held - octet * 2 ^ bits
    end
  end
  if held ~= 0 or bits == 6 then
    return nil
  end
  return table.concat(octets)
end

-- DER of an unsigned number (X.690 §8.3); nil for zero, which is no half of a signature.
local function number(octets)
  local first = string.find(octets, "[^%z]")
  local least = first and string.sub(octets, first)
  if least and string.byte(least) >= 128 then
    least = "\0" .. least
  end
  return least and "\2" .. string.char(#least) .. least
end

-- ECDSA-Sig-Value (RFC 3279 §2.2.3), as OpenSSL's family wants it, of the two halves of a JWS.
local function signature_of(text)
  local halves = #text == SIGNATURE and decoded(text)
  if not halves then
    return nil
  end
  local r, s = number(string.sub(halves, 1, HALF)), number(string.sub(halves, HALF + 1))
  return r and s and "\48" .. string.char(#r + #s) .. r .. s
end

-- Facts for plain headers, by name, from `{"login":"…",…}`; in a text only `"` and `\` stand behind a backslash, as the
-- control plane writes no control characters.
local function facts_of(claims, at)
  local facts = {}
  repeat
    local name, begins = string.match(claims, '^[{,]"(%l+)":"()', at)
    if not name then
      return nil
    end
    local ends = begins
    while string.sub(claims, ends, ends) ~= '"' do
      if ends > #claims then
        return nil
      end
      ends = ends + (string.sub(claims, ends, ends) == "\\" and 2 or 1)
    end
    facts[name] = string.gsub(string.sub(claims, begins, ends - 1), '\\(["\\])', "%1")
    at = ends + 1
  until string.sub(claims, at, at) == "}"
  return facts
end

local function in_hexadecimal(octets)
  return (string.gsub(octets, ".", function(octet)
    return string.format("%02x", string.byte(octet))
  end))
end

-- What a grant says: `expires` (seconds since the epoch), `gate`, `assertion`, `person` for plain headers, if any, and
-- `bound`, the SHA-256 of the only certificate by whose connections it may come, where it is bound to one (`cnf`,
-- RFC 8705 §3.1). Such a one names the device in the last word of `gate`, and no other does.
local function grant_of(handle, token)
  if #token > LONGEST_GRANT then
    return nil
  end
  local header, payload, signature = string.match(token, "^([%w_-]+%.)([%w_-]+)%.([%w_-]+)$")
  local key = KEYS[header or ""]
  local der = key and signature_of(signature)
  if not der then
    return nil
  end
  local signed, public = header .. payload, handle:importPublicKey(key, #key)
  if not handle:verifySignature("sha256", public:get(), der, #der, signed, #signed) then
    return nil
  end
  local claims = decoded(payload) or ""
  local expires, gate, assertion, rest = string.match(
    claims,
    '^{"iss":"brana%-grant","aud":"brana%-gate","exp":(%d+),"gate":"([^"\\%c]+)","assertion":"([%w_.-]+)"()'
  )
  if not expires then
    return nil
  end
  local bound, after = string.match(claims, '^,"cnf":{"x5t#S256":"([%w_-]+)"}()', rest)
  if bound then
    local digest = decoded(bound)
    if not digest or #digest ~= DIGEST then
      return nil
    end
    bound, rest = in_hexadecimal(digest), after
  end
  local tunnel
  if not bound then
    tunnel, after = string.match(claims, '^,"cnf":{"brana%-tunnel":"([%x.:]+)"}()', rest)
    rest = after or rest
  end
  if (string.find(gate, " ~", 1, true) ~= nil) ~= (bound ~= nil or tunnel ~= nil) then
    return nil
  end
  local _, begins = string.find(claims, '^,"person":', rest)
  local person = begins and facts_of(claims, begins + 1)
  if begins and not person then
    return nil
  end
  return {expires = tonumber(expires), gate = gate, assertion = assertion, person = person, bound = bound, tunnel = tunnel}
end
