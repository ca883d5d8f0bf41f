-- A delivery on its way: leave for each call, and how it ends.

-- Voices that speak unasked: the kill switch silences them.
local UNASKED = {marketing = true, service = true}

-- KEYS: fence, delivery, open, stop, owner, record   ARGV: fence, delivery id, mark before ('': none), mark, voice, epoch ('': unchecked), revision ('': unchecked), calls done, their external ids, now in ms
-- Returns 'ok', 'stale' (another owner), 'judge' (the judged facts changed), 'stopped' (the switch is thrown), 'progress' or 'early' (the asker does not know how far it is), or the state that forbids it.
local function mark(keys, argv)
  local fenced = guard(keys[1], argv[1])
  if fenced then return fenced end
  if not type_is(keys[3], 'hash') then return redis.error_reply('WRONGKEY ' .. keys[3]) end
  local now = redis.call('HMGET', keys[2], 's', 'm', 'p', 'nb')
  if argv[3] == '' then
    if now[1] ~= 'queued' and now[1] ~= 'held' then return now[1] or 'gone' end
    if (now[3] or '0') ~= argv[8] then return 'progress' end
    if tonumber(now[4] or '0') > tonumber(argv[10]) then return 'early' end
  elseif now[1] ~= 'sending' or now[2] ~= argv[3] then
    return now[1] or 'gone'
  end
  if argv[6] ~= '' and redis.call('GET', keys[5]) ~= argv[6] then return 'stale' end
  if UNASKED[argv[5]] and redis.call('EXISTS', keys[4]) == 1 then return 'stopped' end
  if argv[7] ~= '' and redis.call('GETRANGE', keys[6], 0, 15) ~= argv[7] then return 'judge' end
  redis.call('HSET', keys[2], 's', 'sending', 'm', argv[4], 'p', argv[8], 'x', argv[9])
  redis.call('HSET', keys[3], argv[2], 'm' .. VOICE_SEPARATOR .. argv[5] .. VOICE_SEPARATOR .. argv[4])
  return 'ok'
end

-- KEYS: open   ARGV: delivery id, voice, mark
-- The call's first byte has left: a claim need not wait for it any more.
local function begun(keys, argv)
  local rest = VOICE_SEPARATOR .. argv[2] .. VOICE_SEPARATOR .. argv[3]
  if redis.call('HGET', keys[1], argv[1]) ~= 'm' .. rest then return 0 end
  redis.call('HSET', keys[1], argv[1], 'b' .. rest)
  return 1
end

-- KEYS: delivery, open, stream, journal, in, external …   ARGV: delivery id, mark ('': from queued or held), new state, entry id, external ids, journal blob, event ('': none), keep s, keep external s, reason, code, failure
-- Ends a delivery. Returns 1, or 0 where it is no longer in that state.
local function settle(keys, argv)
  local now = redis.call('HMGET', keys[1], 's', 'm')
  if argv[2] == '' then
    if now[1] ~= 'queued' and now[1] ~= 'held' then return 0 end
  elseif now[1] ~= 'sending' or now[2] ~= argv[2] then
    return 0
  end
  for i, wanted in ipairs({'hash', 'hash', 'stream', 'stream', 'stream'}) do
    if not type_is(keys[i], wanted) then return redis.error_reply('WRONGKEY ' .. keys[i] .. ' is not a ' .. wanted) end
  end
  redis.call('HSET', keys[1], 's', argv[3], 'x', argv[5])
  if argv[10] ~= '' then redis.call('HSET', keys[1], 'r', argv[10]) end
  if argv[11] ~= '' then redis.call('HSET', keys[1], 'c', argv[11]) end
  if argv[12] ~= '' then redis.call('HSET', keys[1], 'f', argv[12]) end
  redis.call('HDEL', keys[1], 'm')
  redis.call('EXPIRE', keys[1], argv[8])
  redis.call('HDEL', keys[2], argv[1])
  redis.call('XDEL', keys[3], argv[4])
  redis.call('XADD', keys[4], '*', 'j', argv[6])
  if argv[7] ~= '' then redis.call('XADD', keys[5], '*', 'e', argv[7]) end
  for i = 6, #keys do redis.call('SET', keys[i], argv[1], 'EX', argv[9]) end
  return 1
end

-- KEYS: delivery, open   ARGV: delivery id, mark, voice, not before in ms, calls done, their external ids
-- Back to queued after a refusal that may pass. Returns how often it was tried, or 0 where it is no longer marked so.
local function again(keys, argv)
  local now = redis.call('HMGET', keys[1], 's', 'm')
  if now[1] ~= 'sending' or now[2] ~= argv[2] then return 0 end
  redis.call('HSET', keys[1], 's', 'queued', 'nb', argv[4], 'p', argv[5], 'x', argv[6])
  redis.call('HDEL', keys[1], 'm')
  redis.call('HSET', keys[2], argv[1], 'q' .. VOICE_SEPARATOR .. argv[3])
  return redis.call('HINCRBY', keys[1], 'a', 1)
end

-- KEYS: fence, delivery, from stream, held stream   ARGV: fence, entry id, delivery id, address, blob
-- Moves a delivery behind what its account cannot take now. Returns the new entry id, or '' where it was not there.
local function hold(keys, argv)
  local fenced = guard(keys[1], argv[1])
  if fenced then return fenced end
  if not type_is(keys[4], 'stream') then return redis.error_reply('WRONGKEY ' .. keys[4]) end
  if redis.call('XDEL', keys[3], argv[2]) == 0 then return '' end
  if redis.call('HGET', keys[2], 's') == 'queued' then redis.call('HSET', keys[2], 's', 'held') end
  return redis.call('XADD', keys[4], '*', 'd', argv[3], 'a', argv[4], 'b', argv[5])
end

register('mark', mark, WORKS_OFF)
register('begun', begun, WORKS_OFF)
register('settle', settle, WORKS_OFF)
register('again', again, WORKS_OFF)
register('hold', hold, WORKS_OFF)
