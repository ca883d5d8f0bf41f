-- A mailbox: what comes in, who may take it, what is put aside.

-- KEYS: in, spooling, seen today, seen on other days …   ARGV: guard ('1': refused while anybody spools), digest ('': never a repeat), days to keep in s, payload
-- Returns the entry id, 'seen' or 'spooling'.
local function push(keys, argv)
  if argv[1] == '1' and redis.call('EXISTS', keys[2]) == 1 then return 'spooling' end
  if argv[2] ~= '' then
    for i = 3, #keys do
      if redis.call('SISMEMBER', keys[i], argv[2]) == 1 then return 'seen' end
    end
  end
  local id = redis.call('XADD', keys[1], '*', 'e', argv[4])
  if argv[2] ~= '' then
    redis.call('SADD', keys[3], argv[2])
    if redis.call('TTL', keys[3]) < 0 then redis.call('EXPIRE', keys[3], argv[3]) end
  end
  return id
end

-- KEYS: in, seen today, seen on other days …   ARGV: days to keep in s, then of each event: digest ('': never a repeat), payload
-- What a drained spool holds for one mailbox, in order: all of it or, where memory is full, nothing. Returns how many were repeats.
local function push_all(keys, argv)
  local digests, known, fresh, repeats = {}, {}, {}, 0
  for n = 2, #argv, 2 do
    if argv[n] ~= '' then digests[#digests + 1] = argv[n] end
  end
  for i = 2, #digests == 0 and 1 or #keys do
    for n, seen in ipairs(redis.call('SMISMEMBER', keys[i], unpack(digests))) do
      if seen == 1 then known[digests[n]] = true end
    end
  end
  for n = 2, #argv, 2 do
    local digest = argv[n]
    if known[digest] then
      repeats = repeats + 1
    else
      redis.call('XADD', keys[1], '*', 'e', argv[n + 1])
      if digest ~= '' then known[digest], fresh[#fresh + 1] = true, digest end
    end
  end
  if #fresh > 0 then
    redis.call('SADD', keys[2], unpack(fresh))
    if redis.call('TTL', keys[2]) < 0 then redis.call('EXPIRE', keys[2], argv[1]) end
  end
  return repeats
end

-- KEYS: fence   ARGV: random
-- Returns the new fence "<n>-<random>"; whoever held the old one can no longer write.
local function own(keys, argv)
  local n = 0
  local old = redis.call('GET', keys[1])
  if old then n = tonumber(string.match(old, '^(%d+)-')) or 0 end
  local fence = string.format('%d-%s', n + 1, argv[1])
  redis.call('SET', keys[1], fence)
  return fence
end

-- KEYS: fence, trying, record …   ARGV: fence, entry ids …
-- Notes the entries as tried by this owner (once, however often it asks) and returns the records.
local function begin(keys, argv)
  local fenced = guard(keys[1], argv[1])
  if fenced then return fenced end
  local me = '<' .. argv[1] .. '>'
  for i = 2, #argv do
    local by = redis.call('HGET', keys[2], argv[i]) or ''
    if not string.find(by, me, 1, true) then redis.call('HSET', keys[2], argv[i], by .. me) end
  end
  return redis.call('MGET', unpack(keys, 3))
end

-- KEYS: trying   ARGV: fence of who tried, entry ids …
-- Takes a note back: that owner lives, so the turn has not killed it. Works without the fence, for it may be lost. Returns how many it took.
local function absolve(keys, argv)
  local me, taken = '<' .. argv[1] .. '>', 0
  for i = 2, #argv do
    local by = redis.call('HGET', keys[1], argv[i])
    local first, last = string.find(by or '', me, 1, true)
    if first then
      local rest = string.sub(by, 1, first - 1) .. string.sub(by, last + 1)
      if rest == '' then redis.call('HDEL', keys[1], argv[i]) else redis.call('HSET', keys[1], argv[i], rest) end
      taken = taken + 1
    end
  end
  return taken
end

-- KEYS: fence, dead, trying, lane, journal   ARGV: fence, entry id, what is kept of it, journal blob
-- Puts a poisonous entry aside. Returns 1, or 0 where it is gone already.
local function bury(keys, argv)
  local fenced = guard(keys[1], argv[1])
  if fenced then return fenced end
  for i, wanted in ipairs({'string', 'hash', 'hash', 'stream', 'stream'}) do
    if not type_is(keys[i], wanted) then return redis.error_reply('WRONGKEY ' .. keys[i] .. ' is not a ' .. wanted) end
  end
  if redis.call('XDEL', keys[4], argv[2]) == 0 then return 0 end
  redis.call('HSET', keys[2], argv[2], argv[3])
  redis.call('HDEL', keys[3], argv[2])
  redis.call('XADD', keys[5], '*', 'j', argv[4])
  return 1
end

-- KEYS: dead, stream   ARGV: entry id, fields …
-- Puts what was given up back at the end of the stream it was taken from. Returns 1, or 0 where somebody did so before.
local function revive(keys, argv)
  if not type_is(keys[2], 'stream') then return redis.error_reply('WRONGKEY ' .. keys[2] .. ' is not a stream') end
  if redis.call('HDEL', keys[1], argv[1]) == 0 then return 0 end
  redis.call('XADD', keys[2], '*', unpack(argv, 2))
  return 1
end

-- KEYS: fence, timers, in   ARGV: fence, now in ms, at most
-- Pushes what is due. Returns how many.
local function fire(keys, argv)
  local fenced = guard(keys[1], argv[1])
  if fenced then return fenced end
  local due = redis.call('ZRANGEBYSCORE', keys[2], '-inf', argv[2], 'LIMIT', 0, argv[3])
  for _, event in ipairs(due) do
    redis.call('XADD', keys[3], '*', 'e', event)
    redis.call('ZREM', keys[2], event)
  end
  return #due
end

-- KEYS: fence, stream   ARGV: fence, entry ids …
-- Removes what an owner has carried out (relay). Returns how many were there.
local function remove(keys, argv)
  local fenced = guard(keys[1], argv[1])
  if fenced then return fenced end
  return redis.call('XDEL', keys[2], unpack(argv, 2))
end

register('push', push, TAKES_IN)
register('push_all', push_all, TAKES_IN)
register('own', own, WORKS_OFF)
register('begin', begin, WORKS_OFF)
register('absolve', absolve, WORKS_OFF)
register('bury', bury, WORKS_OFF)
register('revive', revive, TAKES_IN)
register('fire', fire, WORKS_OFF)
register('remove', remove, WORKS_OFF)
