-- feed: appends one entry with all the changes of one transition and so rings the doorbell.
-- Fields: k kind, r reservation or booking, u user, x session, s status, d deadline, t time, v changes.
-- The length bounds how far a worker may fall behind before it re-reads the whole state.

local FEED_LENGTH = 4096

local function append(meta, at, kind, ref, user, session, status, deadline, changes)
  meta.seq = meta.seq + 1
  redis.call('XADD', FEED, 'MAXLEN', '~', FEED_LENGTH, int(meta.seq) .. '-0',
    'k', kind, 'r', ref, 'u', user, 'x', session, 's', status,
    'd', int(deadline), 't', int(at), 'v', changes)
end
