local ACTION = "set-weight"

-- Asks this of the agent that executes the release, in an annotation that is not in Git: self-heal
-- leaves it alone. The agent answers in the status, also where it refuses. Where no agent is there
-- to answer, nothing is written: it would be done by one that comes much later.
-- The scripts of all actions are the same but for their first line.

local function fields(value)
  if type(value) == "table" then
    return value
  end
  return {}
end

local status = fields(obj.status)
local executed = nil
for _, one in pairs(fields(status.conditions)) do
  if fields(one).type == "Executed" then
    executed = one.status
  end
end
if type(status.phase) ~= "string" or status.phase == "" or executed ~= "True" then
  error("no agent executes this release", 0)
end

-- Each parameter is a lane, its value a weight; those that were left empty say nothing.
local request = ACTION
if ACTION == "set-weight" then
  local weights = {}
  for lane, weight in pairs(fields(actionParams)) do
    if type(weight) == "string" and weight ~= "" then
      table.insert(weights, lane .. "=" .. weight)
    end
  end
  if next(weights) == nil then
    error("no weight is given: each parameter is the name of a lane, its value a weight", 0)
  end
  table.sort(weights)
  request = request .. " " .. table.concat(weights, " ")
end

obj.metadata = fields(obj.metadata)
obj.metadata.annotations = fields(obj.metadata.annotations)
obj.metadata.annotations["laneway.dev/request"] =
  request .. " " .. require("os").date("!%Y-%m-%dT%H:%M:%SZ")
return obj
