-- read_feed: what happened after a position, or the word that the position is of no use any more.
-- Invariant: the entries returned follow the position without a gap.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: epoch since limit
-- RETURNS: entries | gap | rewound | unopened
--   entries: seq of the whole feed, now_ms, entries after since; gap: too far behind, or another
--   epoch; rewound: the feed is shorter than the caller remembers, so Redis went back in time
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua

local epoch, since, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local meta = read_meta()
if not meta then return { 'unopened' } end
if meta.epoch ~= epoch then return { 'gap' } end
if meta.seq < since then return { 'rewound' } end
local at = now_ms()
if meta.seq == since then return { 'entries', meta.seq, at, {} } end
local entries = redis.call('XRANGE', FEED, int(since + 1) .. '-0', '+', 'COUNT', limit)
if #entries == 0 or entries[1][1] ~= int(since + 1) .. '-0' then return { 'gap' } end
return { 'entries', meta.seq, at, entries }
