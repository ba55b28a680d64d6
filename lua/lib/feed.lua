-- feed: appends one entry with all the changes of one transition and so causes the keyspace notification.
-- Fields: k kind, r reservation or booking, u user, x session, s status, d deadline, t time, v changes,
-- n how many of the seats had another status before.
-- The length bounds how far a worker may fall behind before it re-reads the whole state.
-- Beside it, each minute's tally: per kind the seats that moved, and under `#kind` the entries. So
-- every change is counted exactly once, whether or not anybody watches; `minutes.py` keeps them.

local FEED_LENGTH = 4096
local KEEP_MINUTE_MS = 7200000

local function count(at, kind, seats)
  local key = PREFIX .. 'minute:' .. int(at - at % 60000)
  local first = redis.call('HINCRBY', key, '#' .. kind, 1) == 1
  if seats > 0 then redis.call('HINCRBY', key, kind, seats) end
  if first then redis.call('PEXPIRE', key, KEEP_MINUTE_MS) end
end

local function append(meta, at, kind, ref, user, session, status, deadline, changes)
  meta.seq = meta.seq + 1
  redis.call('XADD', FEED, 'MAXLEN', '~', FEED_LENGTH, int(meta.seq) .. '-0',
    'k', kind, 'r', ref, 'u', user, 'x', session, 's', status,
    'd', int(deadline), 't', int(at), 'v', changes, 'n', int(meta.moved or 0))
  count(at, kind, meta.moved or 0)
end
