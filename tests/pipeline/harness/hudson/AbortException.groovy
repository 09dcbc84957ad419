package hudson

/** A step has failed and said why: what `sh` throws for an exit code, and `error` for its message. */
class AbortException extends IOException {

    AbortException(String message) {
        super(message)
    }

}
