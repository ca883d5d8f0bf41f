-- The journal's tail, for who follows it.

local function parted(id)
  local ms, n = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(n)
end

local function later(one, other)
  local ms, n = parted(one)
  local ms2, n2 = parted(other)
  return ms > ms2 or (ms == ms2 and n > n2)
end

-- KEYS: journal, trimmed   ARGV: the last entry that goes
-- Takes away all up to it, and notes how far: whoever stood before that has missed something. Returns how many went.
local function trim(keys, argv)
  if not type_is(keys[1], 'stream') or not type_is(keys[2], 'string') then return redis.error_reply('WRONGKEY ' .. keys[1]) end
  local ms, n = parted(argv[1])
  local gone = redis.call('XTRIM', keys[1], 'MINID', string.format('%.0f-%.0f', ms, n + 1))
  local before = redis.call('GET', keys[2])
  if not before or later(argv[1], before) then redis.call('SET', keys[2], argv[1]) end
  return gone
end

register('trim', trim, WORKS_OFF)
