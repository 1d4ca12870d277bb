-- What may be asked of a staged release now. An action that makes no sense is disabled, and its
-- name says why; what is asked is written into an annotation, and the agent answers in the status.
-- Libraries for texts and numbers are closed to scripts of argocd-cm, and an error here would take
-- the menu away: so nothing is taken for granted, of any field.

local NAMES = {
  ["pause"] = "Pause", ["resume"] = "Resume", ["promote"] = "Promote now", ["abort"] = "Abort",
  ["set-weight"] = "Set weights",
}
local ICONS = {
  ["pause"] = "pause-circle", ["resume"] = "play-circle", ["promote"] = "arrow-circle-up",
  ["abort"] = "times-circle", ["set-weight"] = "balance-scale",
}
-- In which phases an action is of use.
local GOING = { Running = true, Paused = true, Resting = true }
local OF_USE = {
  ["pause"] = { Running = true }, ["resume"] = { Paused = true, Resting = true, Aborted = true },
  ["promote"] = GOING, ["abort"] = GOING, ["set-weight"] = GOING,
}

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

local status = fields(obj.status)
local phase, executed = words(status.phase), ""
for _, one in pairs(fields(status.conditions)) do
  if fields(one).type == "Executed" then
    executed = words(one.status)
  end
end
local asked = words(fields(fields(obj.metadata).annotations)["laneway.dev/request"])
local is_waiting = asked ~= "" and asked ~= fields(status.request).value

local lanes = {}
for lane in pairs(fields(status.weights)) do
  if words(lane) ~= "" then
    table.insert(lanes, { name = lane })
  end
end
table.sort(lanes, function(one, other) return one.name < other.name end)

local function why_not(action)
  if phase == "" or executed ~= "True" then
    return "no agent executes this release"
  end
  if not OF_USE[action][phase] then
    return "it is " .. phase
  end
  -- A release that goes wrong can always be aborted, whatever was asked before.
  if is_waiting and action ~= "abort" then
    return "the agent has not answered the request before"
  end
  if action == "set-weight" and next(lanes) == nil then
    return "nothing is said of its weights"
  end
  return nil
end

local actions = {}
for action, name in pairs(NAMES) do
  local why = why_not(action)
  local found = { disabled = why ~= nil, iconClass = "fa fa-fw fa-" .. ICONS[action] }
  found.displayName = name
  if why ~= nil then
    found.displayName = name .. " (" .. why .. ")"
  elseif action == "set-weight" then
    found.params = lanes
  end
  actions[action] = found
end
return actions
