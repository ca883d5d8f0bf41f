-- The hub's functions. Every name ends in the library's version; the two newest versions stay loaded, so old and new processes work side by side.
-- Rules: keys are passed, never computed; one hash tag a call; a function checks everything before its first write, since Redis does not roll back.

local VOICE_SEPARATOR = '|'

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

local function guard(key, fence)
  if redis.call('GET', key) ~= fence then return redis.error_reply('FENCED another worker owns this partition') end
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

-- A reader over keys and arguments, so that both passes of the commit walk them alike.
local function walker(keys, argv, k, a)
  local w = {k = k, a = a}
  function w.key() w.k = w.k + 1; return keys[w.k] end
  function w.arg() w.a = w.a + 1; return argv[w.a] end
  function w.count() w.a = w.a + 1; return tonumber(argv[w.a]) end
  return w
end

-- One customer's part of a commit, read off the walker.
local function item_of(w)
  local it = {record = w.key(), log = w.key(), open = w.key()}
  it.revision, it.blob = w.arg(), w.arg()
  local function list(name, keyed, ...)
    local fields, all = {...}, {}
    for i = 1, w.count() do
      local one = {}
      if keyed then one.key = w.key() end
      for _, field in ipairs(fields) do one[field] = w.arg() end
      all[i] = one
    end
    it[name] = all
  end
  list('entries', false, 'lane', 'id')
  list('owners', true, 'epoch')
  list('deliveries', true, 'lane', 'id', 'voice', 'address', 'blob')
  list('rescued', true, 'id', 'blob')
  list('receipts', true, 'state')
  list('answers', true, 'value')
  list('gone', false, 'member')
  list('armed', false, 'due', 'member')
  list('relay', false, 'blob')
  list('lines', false, 'blob')
  list('journal', false, 'blob')
  return it
end

local function type_is(key, wanted)
  local t = redis.call('TYPE', key).ok
  return t == 'none' or t == wanted
end

local function verdict_of(it, lanes)
  if not type_is(it.record, 'string') or not type_is(it.log, 'list') or not type_is(it.open, 'hash') then return 'type' end
  for _, e in ipairs(it.entries) do
    if #redis.call('XRANGE', lanes[e.lane], e.id, e.id) == 0 then return 'taken' end
  end
  if redis.call('GETRANGE', it.record, 0, 15) ~= it.revision then return 'revision' end
  for _, o in ipairs(it.owners) do if not type_is(o.key, 'string') then return 'type' end end
  for _, t in ipairs(it.armed) do if not string.match(t.due, '^%-?%d+$') then return 'due' end end
  for _, d in ipairs(it.deliveries) do if redis.call('EXISTS', d.key) == 1 then return 'delivery' end end
  for _, name in ipairs({'rescued', 'receipts'}) do
    for _, d in ipairs(it[name]) do if not type_is(d.key, 'hash') then return 'type' end end
  end
  return 'ok'
end

local RANK = {queued = 0, held = 0, sending = 1, unknown = 2, sent = 3, failed = 4, delivered = 5, read = 6}

local function write_item(it, lanes, outs, keys)
  if it.blob ~= '' then redis.call('SET', it.record, it.blob) end
  for _, o in ipairs(it.owners) do
    if o.epoch == '' then redis.call('DEL', o.key) else redis.call('SET', o.key, o.epoch) end
  end
  for _, d in ipairs(it.deliveries) do
    redis.call('HSET', d.key, 's', 'queued', 'b', d.blob)
    redis.call('HSET', it.open, d.id, 'q' .. VOICE_SEPARATOR .. d.voice)
    redis.call('XADD', outs[d.lane], '*', 'd', d.id, 'a', d.address, 'b', d.blob)
  end
  for _, d in ipairs(it.receipts) do
    local state = redis.call('HGET', d.key, 's')
    -- A receipt climbs and never falls; one that comes before its own call was settled waits for that (the turn asks again).
    if state and (RANK[state] or 99) < (RANK[d.state] or -1) and RANK[state] > RANK.sending then redis.call('HSET', d.key, 's', d.state) end
  end
  for _, v in ipairs(it.answers) do redis.call('SET', v.key, v.value, 'EX', 300) end
  for _, t in ipairs(it.gone) do redis.call('ZREM', keys[7], t.member) end
  for _, t in ipairs(it.armed) do redis.call('ZADD', keys[7], t.due, t.member) end
  for _, r in ipairs(it.relay) do redis.call('XADD', keys[6], '*', 'e', r.blob) end
  for _, d in ipairs(it.rescued) do
    local now = redis.call('HMGET', d.key, 's', 'p')
    -- What has not begun moves to the other customer; what has begun ends where it is.
    if (now[1] == 'queued' or now[1] == 'held') and (now[2] or '0') == '0' then
      redis.call('HSET', d.key, 's', 'withdrawn')
      redis.call('EXPIRE', d.key, 604800)
      redis.call('HDEL', it.open, d.id)
      if d.blob ~= '' then redis.call('XADD', keys[6], '*', 'e', d.blob) end
    end
  end
  for _, l in ipairs(it.lines) do redis.call('RPUSH', it.log, l.blob) end
  if #it.lines > 0 then
    redis.call('LTRIM', it.log, -50, -1)
    redis.call('EXPIRE', it.log, 604800)
  end
  for _, j in ipairs(it.journal) do redis.call('XADD', keys[8], '*', 'j', j.blob) end
  for _, e in ipairs(it.entries) do
    redis.call('XDEL', lanes[e.lane], e.id)
    redis.call('HDEL', keys[9], e.id)
  end
end

-- KEYS: fence, in, in:bulk, out, out:bulk, relay, timers, journal, trying, then per customer: record, log, open, and the keys its lists name
-- ARGV: fence, customers, then per customer: revision as stored, record, and each list as its length and its fields (item_of reads them)
-- Returns per customer 'ok', or why it was left out: 'taken', 'revision', 'type', 'due', 'delivery'. The others commit.
local function commit(keys, argv)
  local fenced = guard(keys[1], argv[1])
  if fenced then return fenced end
  for i, wanted in ipairs({'string', 'stream', 'stream', 'stream', 'stream', 'stream', 'zset', 'stream', 'hash'}) do
    if not type_is(keys[i], wanted) then return redis.error_reply('WRONGKEY ' .. keys[i] .. ' is not a ' .. wanted) end
  end
  local lanes, outs = {i = keys[2], b = keys[3]}, {o = keys[4], b = keys[5]}
  local w = walker(keys, argv, 9, 2)
  local items, verdicts = {}, {}
  for i = 1, tonumber(argv[2]) do
    items[i] = item_of(w)
    verdicts[i] = verdict_of(items[i], lanes)
  end
  if w.k ~= #keys or w.a ~= #argv then return redis.error_reply('WRONGCOUNT keys or arguments do not add up') end
  for i, it in ipairs(items) do
    if verdicts[i] == 'ok' then write_item(it, lanes, outs, keys) end
  end
  return verdicts
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
  if argv[5] == 'marketing' and redis.call('EXISTS', keys[4]) == 1 then return 'stopped' end
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

-- KEYS: delivery, open, stream, journal, in, external …   ARGV: delivery id, mark ('': from queued or held), new state, entry id, external ids, journal blob, event ('': none), keep s, keep external s
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

-- What takes new things in is refused when the server is full; what works off what is there never is, or a full server could not empty itself.
local function register(name, callback, flags)
  redis.register_function{function_name = 'hub_' .. name .. '_VERSION', callback = callback, flags = flags}
end
local TAKES_IN, WORKS_OFF = {}, {'allow-oom'}
register('push', push, TAKES_IN)
register('own', own, WORKS_OFF)
register('begin', begin, WORKS_OFF)
register('absolve', absolve, WORKS_OFF)
register('commit', commit, WORKS_OFF)
register('bury', bury, WORKS_OFF)
register('mark', mark, WORKS_OFF)
register('begun', begun, WORKS_OFF)
register('settle', settle, WORKS_OFF)
register('again', again, WORKS_OFF)
register('hold', hold, WORKS_OFF)
register('fire', fire, WORKS_OFF)
register('remove', remove, WORKS_OFF)
register('beat', beat, WORKS_OFF)
register('assign', assign, WORKS_OFF)
register('bucket', bucket, WORKS_OFF)
register('pass_on', pass_on, WORKS_OFF)
register('let_go', let_go, WORKS_OFF)
register('compact', compact, WORKS_OFF)
register('chat', chat, TAKES_IN)
