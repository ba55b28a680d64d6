-- give_back: takes one counted attempt out of a window that is still open.
-- Invariant: a window never counts below nothing, and its end does not move.
-- KEYS: window
-- ARGV:
-- RETURNS: given | nothing
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then
  redis.call('DECR', KEYS[1])
  return { 'given' }
end
return { 'nothing' }
