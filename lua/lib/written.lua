-- written: when a feed entry was appended, as text in ms: it tells one history from another.

local function written_at(entry)
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == 't' then return fields[i + 1] end
  end
end
