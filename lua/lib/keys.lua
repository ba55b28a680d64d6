-- keys: names the five declared keys and derives the others, all under the event's hash tag.

local META, STATE, FEED, DEADLINES, CHECKOUTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local PREFIX = string.sub(META, 1, -5)

local function reservation_key(id) return PREFIX .. 'reservation:' .. id end
local function lease_key(id) return PREFIX .. 'lease:' .. id end
local function checkout_key(booking) return PREFIX .. 'checkout:' .. booking end
local function user_key(user) return PREFIX .. 'user:' .. user end
local function address_key(address) return PREFIX .. 'address:' .. address end
local function withheld_key(address) return PREFIX .. 'withheld:' .. address end

-- Lua 5.1 prints large numbers as 1.7e+12; every number that leaves a script goes through here.
local function int(n) return string.format('%.0f', n) end
