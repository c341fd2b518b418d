-- How many requests a session makes: ten seconds' worth may come at once. By the clock of whole seconds: that is enough.
-- A_SECOND, and whether this gate SUCCEEDS another, are set before. One that does knows nothing of what was counted
-- there: nobody has more than they would have by now had they used up all of it. Of two tables the older one goes when
-- the newer is full, so whoever asks all the time stays.

local BURST_SECONDS = 10
local MOST_SESSIONS = 4096 -- of a table, per worker
local since = os.time()
local left, left_at, counted = {}, {}, 0
local older, older_at = {}, {}
local function too_many(who, now)
  local tokens, at = left[who], left_at[who]
  if not tokens then
    if counted >= MOST_SESSIONS then
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
