-- The end of turns: check everything, then write only what cannot fail.

-- One customer's part of a commit: reads `count` rows of `fields` each off the arguments, and a key with each where `keyed`.
local function rows(at, keys, argv, fields, keyed)
  local all = {}
  at.a = at.a + 1
  for i = 1, tonumber(argv[at.a]) do
    local row = {}
    if keyed then
      at.k = at.k + 1
      row.key = keys[at.k]
    end
    local a = at.a
    for f = 1, #fields do row[fields[f]] = argv[a + f] end
    at.a = a + #fields
    all[i] = row
  end
  return all
end

local ENTRY, OWNER, DELIVERY, RESCUED = {'lane', 'id'}, {'epoch'}, {'lane', 'id', 'voice', 'address', 'blob'}, {'id', 'blob'}
local RECEIPT, ANSWER, GONE, ARMED, BLOB = {'state', 'reason', 'code', 'failure'}, {'value'}, {'member'}, {'due', 'member'}, {'blob'}

local function item_of(at, keys, argv)
  local k, a = at.k, at.a
  local it = {record = keys[k + 1], log = keys[k + 2], open = keys[k + 3], revision = argv[a + 1], blob = argv[a + 2]}
  at.k, at.a = k + 3, a + 2
  it.entries = rows(at, keys, argv, ENTRY)
  it.owners = rows(at, keys, argv, OWNER, true)
  it.deliveries = rows(at, keys, argv, DELIVERY, true)
  it.rescued = rows(at, keys, argv, RESCUED, true)
  it.receipts = rows(at, keys, argv, RECEIPT, true)
  it.answers = rows(at, keys, argv, ANSWER, true)
  it.gone = rows(at, keys, argv, GONE)
  it.armed = rows(at, keys, argv, ARMED)
  it.relay = rows(at, keys, argv, BLOB)
  it.lines = rows(at, keys, argv, BLOB)
  it.journal = rows(at, keys, argv, BLOB)
  return it
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

-- As `hub/model/messaging/delivery.py` has it.
local RANK = {queued = 0, held = 0, sending = 1, unknown = 2, sent = 3, failed = 4, draft = 5, withdrawn = 5, delivered = 6, read = 7}

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
    if d.state == 'withdrawn' then
      -- A draft that somebody sent as their own, or dismissed; what did not arrive and was sent again.
      if state == 'draft' or state == 'failed' or state == 'unknown' then redis.call('HSET', d.key, 's', d.state, 'r', 'settled') end
    elseif state and d.state ~= 'draft' and (RANK[state] or 99) < (RANK[d.state] or -1) and RANK[state] > RANK.sending then
      -- A receipt climbs and never falls; one that comes before its own call was settled waits for that (the turn asks again). What only
      -- we decide (a draft) no provider tells.
      redis.call('HSET', d.key, 's', d.state)
      redis.call('HDEL', d.key, 'r', 'c', 'f')
      if d.reason ~= '' then redis.call('HSET', d.key, 'r', d.reason) end
      if d.code ~= '' then redis.call('HSET', d.key, 'c', d.code) end
      if d.failure ~= '' then redis.call('HSET', d.key, 'f', d.failure) end
    end
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
  local at = {k = 9, a = 2}
  local items, verdicts = {}, {}
  for i = 1, tonumber(argv[2]) do
    items[i] = item_of(at, keys, argv)
    verdicts[i] = verdict_of(items[i], lanes)
  end
  if at.k ~= #keys or at.a ~= #argv then return redis.error_reply('WRONGCOUNT keys or arguments do not add up') end
  for i, it in ipairs(items) do
    if verdicts[i] == 'ok' then write_item(it, lanes, outs, keys) end
  end
  return verdicts
end

register('commit', commit, WORKS_OFF)
