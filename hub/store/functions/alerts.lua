-- The watch over the hub itself: who has it, its book, and messages to the shop's own people.

-- KEYS: lease   ARGV: who asks, for how long in ms (0: not any more)
-- Takes the watch where nobody has it, or keeps it where it is ours. Returns 1 where it is, or was.
local function watch(keys, argv)
  local holder = redis.call('GET', keys[1])
  if holder and holder ~= argv[1] then return 0 end
  if argv[2] == '0' then return redis.call('DEL', keys[1]) end
  redis.call('SET', keys[1], argv[1], 'PX', argv[2])
  return 1
end

-- KEYS: lease, book, rhythms   ARGV: who writes, the book, then of each rhythm: account, what is known of it ('': nothing any more)
-- Writes what a look found, as long as whoever looked has the watch still. Returns 1, or 0 where somebody else has it by now.
local function note_look(keys, argv)
  if redis.call('GET', keys[1]) ~= argv[1] then return 0 end
  redis.call('SET', keys[2], argv[2])
  for i = 3, #argv, 2 do
    if argv[i + 1] == '' then redis.call('HDEL', keys[3], argv[i]) else redis.call('HSET', keys[3], argv[i], argv[i + 1]) end
  end
  return 1
end

-- KEYS: delivery, open, out   ARGV: delivery id, voice, address, blob
-- Puts a message that no turn made into the outbox, once: its id is made of what it tells. Returns 1, or 0 where it was there already.
local function announce(keys, argv)
  for i, wanted in ipairs({'hash', 'hash', 'stream'}) do
    if not type_is(keys[i], wanted) then return redis.error_reply('WRONGKEY ' .. keys[i] .. ' is not a ' .. wanted) end
  end
  if redis.call('EXISTS', keys[1]) == 1 then return 0 end
  redis.call('HSET', keys[1], 's', 'queued', 'b', argv[4])
  redis.call('HSET', keys[2], argv[1], 'q' .. VOICE_SEPARATOR .. argv[2])
  redis.call('XADD', keys[3], '*', 'd', argv[1], 'a', argv[3], 'b', argv[4])
  return 1
end

register('watch', watch, WORKS_OFF)
register('note_look', note_look, WORKS_OFF)
register('announce', announce, WORKS_OFF)
