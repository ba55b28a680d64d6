-- meta: what is known of the event as a whole, read once and written back once per script.
-- taken: how many seats are not AVAILABLE. places: where standing places begin, units: how many there are
-- that are sold whole; nil for none. incarnation: the process of Redis that the event's epoch
-- belongs to. Every script is told, as its last argument, which process it runs in; an event that
-- another one wrote (restarted, perhaps from older data, or a replica that took over) is to scripts as
-- if it were not there, until it is renewed.

local INCARNATION = table.remove(ARGV)

local function read_meta()
  local m = redis.call('HMGET', META, 'epoch', 'seq', 'base', 'first', 'count', 'next',
    'taken', 'incarnation', 'places', 'units')
  if not m[1] or m[8] ~= INCARNATION then return nil end
  return {
    epoch = m[1], seq = tonumber(m[2]), base = tonumber(m[3]),
    first = tonumber(m[4]), count = tonumber(m[5]), next = tonumber(m[6]),
    taken = tonumber(m[7]), places = tonumber(m[9]), units = m[10] and tonumber(m[10]),
  }
end

local function write_meta(meta)
  redis.call('HSET', META, 'seq', int(meta.seq), 'next', int(meta.next),
    'taken', int(meta.taken))
end
