-- lapsed_checkouts: bookings whose seats are PAYING past their deadline. Reads only: whether the
-- seats may be freed is SQL's to say.
-- Invariant: the deadline is judged by Redis's clock.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: limit
-- RETURNS: lapsed | unopened
--   lapsed: booking ids
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua

if not read_meta() then return { 'unopened' } end
return { 'lapsed', redis.call('ZRANGEBYSCORE', CHECKOUTS, '-inf', int(now_ms()), 'LIMIT', 0, tonumber(ARGV[1])) }
