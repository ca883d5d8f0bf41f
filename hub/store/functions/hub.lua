-- What belongs to no partition: who lives, who holds what, whose an address is, rates, web chat.

-- KEYS: workers   ARGV: worker ('': only look), now by the server is taken, life in ms
-- Notes a worker as living; returns all that live: name after name.
local function beat(keys, argv)
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', now)
  if argv[1] ~= '' then
    redis.call('ZADD', keys[1], now + argv[2], argv[1])
    redis.call('ZREMRANGEBYSCORE', keys[1], now + 10 * argv[2], '+inf')
  end
  return redis.call('ZRANGE', keys[1], 0, -1)
end

-- KEYS: holders   ARGV: partition, holder expected ('': none), new holder ('': none)
-- Compare and set of who should serve a partition. Advice only: the fence is what is safe. Returns 1 where it was set.
local function assign(keys, argv)
  local now = redis.call('HGET', keys[1], argv[1])
  if (now or '') ~= argv[2] then return 0 end
  if argv[3] == '' then redis.call('HDEL', keys[1], argv[1]) else redis.call('HSET', keys[1], argv[1], argv[3]) end
  return 1
end

-- KEYS: address   ARGV: the customer to come, those who are erased …
-- Gives an erased customer's address to a new one, once. Returns who has it now.
local function pass_on(keys, argv)
  local now = redis.call('GET', keys[1])
  for i = 2, #argv do
    if now == argv[i] then now = false end
  end
  if now then return now end
  redis.call('SET', keys[1], argv[1])
  return argv[1]
end

-- KEYS: address   ARGV: those who are erased …
-- Deletes an address that still leads to one of them. Returns 1 where it did.
local function let_go(keys, argv)
  local now = redis.call('GET', keys[1])
  for _, gone in ipairs(argv) do
    if now == gone then return redis.call('DEL', keys[1]) end
  end
  return 0
end

-- KEYS: stream
-- Writes a stream anew from what is in it: a deleted entry's bytes stay in memory and in an RDB until all its neighbours went too.
-- Ids and the last id stay, so no reader notices. Returns how many entries there are.
local function compact(keys)
  if redis.call('XLEN', keys[1]) == 0 then return 0 end
  local last
  local told = redis.call('XINFO', 'STREAM', keys[1])
  for i = 1, #told, 2 do
    if told[i] == 'last-generated-id' then last = told[i + 1] end
  end
  local entries = redis.call('XRANGE', keys[1], '-', '+')
  redis.call('DEL', keys[1])
  for _, entry in ipairs(entries) do redis.call('XADD', keys[1], entry[1], unpack(entry[2])) end
  redis.call('XSETID', keys[1], last)
  return #entries
end

-- KEYS: bucket   ARGV: now in ms, ms between two, burst
-- Generic cell rate: returns 0 where one may go, else the ms to wait (nothing is taken then).
local function bucket(keys, argv)
  local now, gap, burst = tonumber(argv[1]), tonumber(argv[2]), tonumber(argv[3])
  local due = tonumber(redis.call('GET', keys[1]) or 0)
  if due > now + 10 * gap * burst + 60000 then due = now end
  if due < now then due = now end
  local wait = due - now - gap * (burst - 1)
  if wait > 0 then return math.ceil(wait) end
  redis.call('SET', keys[1], tostring(due + gap), 'PX', math.ceil(due + gap - now) + 1000)
  return 0
end

-- KEYS: log, keys   ARGV: key, payload, most entries, keep s, news channel, news
-- Appends to a chat session's log once per key and rings the bell. Returns the entry id, or 'seen'.
local function chat(keys, argv)
  if redis.call('SISMEMBER', keys[2], argv[1]) == 1 then return 'seen' end
  local id = redis.call('XADD', keys[1], 'MAXLEN', '~', argv[3], '*', 'e', argv[2])
  redis.call('SADD', keys[2], argv[1])
  redis.call('EXPIRE', keys[1], argv[4])
  redis.call('EXPIRE', keys[2], argv[4])
  redis.call('PUBLISH', argv[5], argv[6])
  return id
end

-- KEYS: users   ARGV: login, document expected, new document, somebody else ('': nobody), the other's document expected
-- Compare and set of one user, as long as another one is what the caller saw. Returns 1 where it was set.
local function change_user(keys, argv)
  if redis.call('HGET', keys[1], argv[1]) ~= argv[2] then return 0 end
  if argv[4] ~= '' and redis.call('HGET', keys[1], argv[4]) ~= argv[5] then return 0 end
  redis.call('HSET', keys[1], argv[1], argv[3])
  return 1
end

-- KEYS: users   ARGV: login, document
-- Writes the very first user. Returns 1 where there was none.
local function first_user(keys, argv)
  if redis.call('EXISTS', keys[1]) == 1 then return 0 end
  redis.call('HSET', keys[1], argv[1], argv[2])
  return 1
end

-- KEYS: token, lock   ARGV: who renews, the token, sealed ('': none came)
-- Writes the token, and gives the lock back where it is still this process's. Returns 1.
local function settle_token(keys, argv)
  if argv[2] ~= '' then redis.call('SET', keys[1], argv[2]) end
  if redis.call('GET', keys[2]) == argv[1] then redis.call('DEL', keys[2]) end
  return 1
end

register('beat', beat, WORKS_OFF)
register('assign', assign, WORKS_OFF)
register('pass_on', pass_on, WORKS_OFF)
register('let_go', let_go, WORKS_OFF)
register('compact', compact, WORKS_OFF)
register('bucket', bucket, WORKS_OFF)
register('chat', chat, TAKES_IN)
register('change_user', change_user, WORKS_OFF)
register('first_user', first_user, TAKES_IN)
register('settle_token', settle_token, WORKS_OFF)
