-- The hub's functions. Every name ends in the library's version; the two newest versions stay loaded, so old and new processes work side by side.
-- Rules: keys are passed, never computed; one hash tag a call; a function checks everything before its first write, since Redis does not roll back.

local VOICE_SEPARATOR = '|'

local function guard(key, fence)
  if redis.call('GET', key) ~= fence then return redis.error_reply('FENCED another worker owns this partition') end
end

local function type_is(key, wanted)
  local t = redis.call('TYPE', key).ok
  return t == 'none' or t == wanted
end

-- What takes new things in is refused when the server is full; what works off what is there never is, or a full server could not empty itself.
local function register(name, callback, flags)
  redis.register_function{function_name = 'hub_' .. name .. '_VERSION', callback = callback, flags = flags}
end

local TAKES_IN, WORKS_OFF = {}, {'allow-oom'}
