-- set_units: other tables and boxes are sold whole from now on.
-- Invariant: a unit that begins, ends or changes has no seat that somebody holds, pays for or has bought,
-- and is not blocked in part; where one has, nothing changes.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: (first size least most)*
-- RETURNS: set | refused | unopened
--   refused: the seat ids in the way
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/units.lua
-- include lib/seats.lua

local meta = read_meta()
if not meta then return { 'unopened' } end

local changing = {}
for _, text in ipairs(redis.call('ZRANGE', PREFIX .. 'units', 0, -1)) do changing[text] = true end
for i = 1, #ARGV, 4 do
  local text = table.concat(ARGV, ' ', i, i + 3)
  changing[text] = not changing[text] or nil
end

local in_the_way = {}
for text in pairs(changing) do
  local first, size = string.match(text, '^(%d+) (%d+)')
  local ids, blocked = {}, {}
  for n = tonumber(first), tonumber(first) + tonumber(size) - 1 do ids[#ids + 1] = int(n) end
  for _, seat in ipairs(read_seats(meta, ids)) do
    if seat.status == 'X' then
      blocked[#blocked + 1] = seat.id
    elseif seat.status ~= 'A' then
      in_the_way[#in_the_way + 1] = seat.id
    end
  end
  if #blocked < #ids then
    for _, id in ipairs(blocked) do in_the_way[#in_the_way + 1] = id end
  end
end
if #in_the_way > 0 then return { 'refused', in_the_way } end
units_of(meta).write(ARGV)
return { 'set' }
