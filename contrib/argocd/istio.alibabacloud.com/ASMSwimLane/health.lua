-- The health of a lane or of a group of lanes, from what `laneway operator` writes into its status.
-- Healthy: traffic is live. Progressing: that will come by itself. Degraded: it stands still.
-- nil, no health at all: nobody knows, or what it leads to is not there yet. A sync goes on then.
-- Libraries for texts and numbers are closed to scripts of argocd-cm, and an error here would make
-- the health of the whole application unknown: so nothing is taken for granted, of any field.

-- Errors about what is not there. It may be of a later wave, so it is waited for by nobody.
local NOT_THERE = {
  LW1203 = true, LW1220 = true, LW1301 = true, LW1312 = true, LW1315 = true,
  LW1321 = true, LW1412 = true, LW1502 = true, LW1601 = true, LW1805 = true,
}
-- What stands in the way and goes by itself.
local PASSING = { ProxiesBehind = true, Unavailable = true }
-- Seconds after which nothing is expected any more, as many as a Deployment has.
local PATIENCE = 600

local function fields(value)
  if type(value) == "table" then
    return value
  end
  return {}
end

local function words(value)
  if type(value) == "string" then
    return value
  end
  return ""
end

local function number(value)
  return tonumber(value or 0) or 0
end

local function health(status, message)
  return { status = status, message = message }
end

-- Whether a time of the API server, which is UTC, is past all patience. `os.date` prints other
-- times than now in the zone of this machine, so they are moved by how far that is from UTC.
local function is_long_ago(time)
  local is_there, os = pcall(require, "os")
  if not is_there or words(time) == "" then
    return false
  end
  local zone = os.time(os.date("!*t")) - os.time()
  return time < os.date("%Y-%m-%dT%H:%M:%SZ", os.time() - PATIENCE + zone)
end

local status, meta = fields(obj.status), fields(obj.metadata)

local conditions = {}
for _, one in pairs(fields(status.conditions)) do
  conditions[words(fields(one).type)] = fields(one)
end
local ready, stalled = fields(conditions.Ready), fields(conditions.Stalled)
local reconciling, live = fields(conditions.Reconciling), fields(conditions.Live)

-- A group has findings, a lane has messages.
local mistake = nil
for _, found in pairs({ fields(status.findings), fields(status.validationMessage) }) do
  for _, one in pairs(found) do
    one = fields(one)
    if one.level == "error" and not NOT_THERE[words(one.code)] then
      mistake = mistake or words(one.code) .. " " .. words(one.message)
    end
  end
end

if next(conditions) == nil then
  if mistake ~= nil or words(status.error) ~= "" then
    return health("Degraded", mistake or status.error)
  end
  if next(status) ~= nil or is_long_ago(meta.creationTimestamp) then
    return nil
  end
  return health("Progressing", "no operator has said anything of it yet")
end

if number(status.observedGeneration) < number(meta.generation) then
  return health("Progressing", "the operator has not looked at the last edit yet")
end

-- Pods that are there and not ready; what has no pod at all is waited for by nobody.
local starting = ""
for _, one in pairs(fields(status.services)) do
  one = fields(one)
  if number(one.total) > 0 and number(one.ready) == 0 then
    starting = starting .. " " .. words(one.service)
  end
end

local trouble = stalled
if stalled.status ~= "True" then
  trouble = ready
end
local why = words(trouble.reason)
local stands = stalled.status == "True" or (ready.status == "False" and why ~= "Empty")
if stands and not PASSING[why] then
  local may_come = (why == "Invalid" or why == "Frozen") and mistake == nil
  if not may_come or is_long_ago(ready.lastTransitionTime) then
    return health("Degraded", why .. ": " .. words(trouble.message))
  end
  if starting == "" then
    return nil
  end
elseif stands then
  return health("Progressing", why .. ": " .. words(trouble.message))
end
if starting ~= "" then
  return health("Progressing", "no pod is ready of" .. starting)
end
if reconciling.status == "True" or ready.status == "Unknown" then
  return health("Progressing", "a change is being written and confirmed")
end

local pods = fields(status.pods)
if ready.status ~= "True" or (pods.total ~= nil and number(pods.total) == 0) then
  return nil
end
if live.status == "True" then
  if pods.total ~= nil then
    return health("Healthy", number(pods.ready) .. " of " .. number(pods.total) .. " pods are ready")
  end
  return health("Healthy", words(live.message))
end
if live.status == "False" or live.reason == "Changing" then
  return health("Progressing", "not all proxies have it: " .. words(live.message))
end
if live.status == nil and not is_long_ago(ready.lastTransitionTime) then
  return health("Progressing", "nobody has looked at the proxies yet")
end
return nil
