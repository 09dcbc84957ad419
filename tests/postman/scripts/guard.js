// Runs before every request. What changes anything is sent only where the environment allows it.
const reading = ['GET', 'HEAD'].includes(pm.request.method);

if (!reading && pm.variables.get('writes') !== 'allowed') {
    console.error(`${pm.info.requestName} is left out: this environment's variable "writes" does not say "allowed".`);
    pm.execution.skipRequest();
}
