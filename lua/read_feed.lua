-- read_feed: what happened after a position, or the word that the position is of no use any more.
-- Invariant: the entries returned follow the position without a gap.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: epoch since at limit
-- RETURNS: entries | gap | rewound | unopened
--   entries: seq of the whole feed, now_ms, entries after since; gap: too far behind, or another
--   epoch; rewound: the feed is shorter than the caller remembers, or its entry at that place was
--   written at another time (at, 0 for not known): Redis went back in time, and perhaps on from there
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/written.lua

local epoch, since, known_at = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local meta = read_meta()
if not meta then return { 'unopened' } end
if meta.epoch ~= epoch then return { 'gap' } end
if meta.seq < since then return { 'rewound' } end
local at = now_ms()
local entries = redis.call('XRANGE', FEED, int(since) .. '-0', '+', 'COUNT', tonumber(ARGV[4]) + 1)
if #entries > 0 and entries[1][1] == int(since) .. '-0' then
  if known_at ~= '0' and written_at(entries[1]) ~= known_at then return { 'rewound' } end
  table.remove(entries, 1)
end
if meta.seq == since then return { 'entries', meta.seq, at, {} } end
if #entries == 0 or entries[1][1] ~= int(since + 1) .. '-0' then return { 'gap' } end
return { 'entries', meta.seq, at, entries }
