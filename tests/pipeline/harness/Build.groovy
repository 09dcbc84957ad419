import hudson.model.Result
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

/** One build of one scenario: what it holds, where it is, and all that happened. */
class Build {

    final Map scenario
    final List<Map> events = []
    final List<Map> agents = []
    final List<String> locks = []
    final List<String> credentials = []
    final List<Integer> timeouts = []
    final List<String> stages = []
    final Map<String, String> environment = [:]
    final Map<String, Object> parameters = [:]
    final Set<String> stashes = []
    final Set<String> commands = []
    Result result = Result.SUCCESS
    long milliseconds = 0
    int milestone = 0
    boolean analysed
    private final Map<Integer, Integer> happened = [:].withDefault { 0 }
    private final List<Integer> path = []
    private int blocks = 0

    Build(Map scenario) {
        this.scenario = scenario
        environment.putAll(scenario.environment ?: [:])
        List wrong = (scenario.causes ?: []).findAll { !(it instanceof Map && it._class) }
        if (wrong || !scenario.causes) {
            throw new Refused("a cause of a build is a JSON object with a _class, not ${wrong}")
        }
    }

    /** Writes down what happened, and what was held while it did. */
    void tell(Map event) {
        events << event + [
            depth: path.size(), path: path.join('/'), stages: stages.clone(), agent: agents ? agents[-1].label : null,
            locks: locks.clone(), credentials: credentials.clone(), timeouts: timeouts.clone(),
        ]
    }

    /** A line for people. */
    void note(String text) {
        tell(kind: 'note', text: text)
    }

    /** Runs a body one level deeper. */
    Object within(Closure body) {
        path << ++blocks
        try {
            return body.call()
        } finally {
            path.remove(path.size() - 1)
        }
    }

    /** Runs a body while something is on one of the lists. */
    Object holding(List list, Object held, Closure body) {
        list << held
        try {
            return within(body)
        } finally {
            list.remove(list.size() - 1)
        }
    }

    /** Runs a body with more environment variables. */
    Object withVariables(Map<String, String> more, Closure body) {
        Map<String, String> before = environment.clone()
        environment.putAll(more)
        try {
            return body.call()
        } finally {
            environment.clear()
            environment.putAll(before)
        }
    }

    /** A result never gets better. */
    void worsen(Result other) {
        result = other.isWorseOrEqualTo(result) ? other : result
    }

    /** What the scenario has in store for a step: the first entry that fits, if its times are not up. */
    Map happening(String text) {
        List<Map> all = scenario.happens ?: []
        int index = all.findIndexOf { entry ->
            text.contains(entry.step) && (entry.stage == null || entry.stage in stages)
        }
        if (index < 0 || all[index].times != null && happened[index] >= all[index].times) {
            return [:]
        }
        happened[index] = happened[index] + 1
        all[index]
    }

    /** Throws what the scenario has in store, if it is something that stops a build. */
    void suffer(Map happening) {
        if (happening.lost) {
            agents[-1].lost = true
            loseAgent()
        }
        if (happening.aborted) {
            note("aborted by ${happening.aborted}")
            throw new FlowInterruptedException(Result.ABORTED, 'UserInterruption', "Aborted by ${happening.aborted}")
        }
    }

    /** What every step that needs an agent comes to when the agent is gone. */
    void loseAgent() {
        note("agent ${agents[-1].label} is lost")
        throw new FlowInterruptedException(Result.ABORTED, 'RemovedNodeCause', 'Agent was removed')
    }

    /** The innermost timeout is over. */
    void exceedTimeout() {
        if (!timeouts) {
            throw new Refused('waits for ever: nothing around it has a timeout')
        }
        milliseconds += timeouts[-1] * 60000L
        note("timeout after ${timeouts[-1]} minutes")
        throw new FlowInterruptedException(Result.ABORTED, 'ExceededTimeout', 'Timeout has been exceeded')
    }

    /** What an exception makes of a build. */
    static Result resultOf(Throwable error) {
        error instanceof FlowInterruptedException ? error.result : Result.FAILURE
    }

}
