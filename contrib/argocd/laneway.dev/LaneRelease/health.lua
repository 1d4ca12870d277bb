-- The health of a staged release, from what the agent that executes it writes into its status.
-- Progressing: stages go on. Suspended: it waits for a person. Healthy: done. Degraded: it ended
-- badly, or nobody goes on with it. nil, no health at all: nobody has ever said anything of it.
-- Libraries for texts and numbers are closed to scripts of argocd-cm, and an error here would make
-- the health of the whole application unknown: so nothing is taken for granted, of any field.

local HEALTH = {
  Running = "Progressing", Paused = "Suspended", Resting = "Suspended",
  Done = "Healthy", Aborted = "Degraded", Refused = "Degraded",
}
-- Phases behind which no agent is needed any more.
local ENDED = { Done = true, Aborted = true, Refused = true }
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
local phase = words(status.phase)
if HEALTH[phase] == nil then
  if phase ~= "" or is_long_ago(meta.creationTimestamp) then
    return nil
  end
  return health("Progressing", "no agent has said anything of it yet")
end

local executed = {}
for _, one in pairs(fields(status.conditions)) do
  if fields(one).type == "Executed" then
    executed = one
  end
end
local is_executed = executed.status == "True"
if not is_executed and not ENDED[phase] then
  local message = "no agent executes this release"
  if executed.status == "False" and is_long_ago(executed.lastTransitionTime) then
    return health("Degraded", message .. " any more, and it stays where it is")
  end
  return health("Progressing", message .. " at the moment")
end
if number(status.observedGeneration) < number(meta.generation) then
  if not is_executed then
    return nil
  end
  return health("Progressing", "the agent has not looked at the last edit yet")
end

local message = words(status.message)
if not ENDED[phase] and number(status.stage) > 0 then
  message = "stage " .. number(status.stage) .. " of " .. number(status.stages) .. ": " .. message
end
return health(HEALTH[phase], message)
