-- sweep: frees what lapsed, and says when the next deadline is. Any number of workers may call it.
-- Invariant: only a reservation past its deadline by Redis's clock is freed; PAYING ones never are.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: limit
-- RETURNS: swept | unopened
--   swept: now_ms, next deadline_ms (-1: none), reservations freed
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()
local lapsed = sweep(meta, at, tonumber(ARGV[1]))
if #lapsed > 0 then write_meta(meta) end
local next_one = redis.call('ZRANGE', DEADLINES, 0, 0, 'WITHSCORES')
return { 'swept', at, next_one[2] and tonumber(next_one[2]) or -1, lapsed }
