package org.jenkinsci.plugins.workflow.steps

import hudson.model.Result

/** A build was stopped from outside of the step that it was in: by a person, a timeout, or an agent that went away. */
class FlowInterruptedException extends Exception {

    final Result result
    /** Simple names of classes, as Jenkins has them: ExceededTimeout, UserInterruption, RemovedNodeCause, Rejection. */
    final List<String> causes

    FlowInterruptedException(Result result, String cause, String message) {
        super(message)
        this.result = result
        this.causes = [cause]
    }

}
