-- renew: an event begins anew with all that Redis has of it: another process of Redis wrote it, or a
-- worker knows that writes were lost, so positions and versions that people saw may come again.
-- Invariant: no seat changes hands; epoch, versions and reservation ids rise above all that were ever
-- handed out (the base comes from SQL). Happens once per epoch however many workers ask.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: expected_epoch epoch base is_certain
-- RETURNS: renewed | exists
--   is_certain 0: only if another process of Redis wrote it. renewed: seq; exists: the epoch that stands
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua

local expected, base, is_certain = ARGV[1], tonumber(ARGV[3]), ARGV[4] == '1'
local standing = redis.call('HMGET', META, 'epoch', 'incarnation', 'taken', 'next')
local is_other = standing[2] ~= INCARNATION
if standing[1] ~= expected or not (is_other or is_certain) then
  return { 'exists', standing[1] or '' }
end

local moved, version = {}, int(base + 1)
local function flush()
  if #moved > 0 then redis.call('HSET', STATE, unpack(moved)) end
  moved = {}
end
local records = redis.call('HGETALL', STATE)
for i = 1, #records, 2 do
  moved[#moved + 1] = records[i]
  moved[#moved + 1] = string.gsub(records[i + 1], '^%d+', version)
  if #moved >= 4000 then flush() end
end
flush()
redis.call('DEL', FEED)
redis.call('HSET', META, 'epoch', ARGV[2], 'incarnation', INCARNATION, 'base', int(base))
local meta = { seq = 0, taken = tonumber(standing[3]), next = math.max(tonumber(standing[4]), base + 1) }
append(meta, now_ms(), 'renewed', '0', '', '', 'A', 0, '')
write_meta(meta)
return { 'renewed', meta.seq }
