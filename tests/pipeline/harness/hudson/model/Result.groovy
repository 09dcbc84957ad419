package hudson.model

/** What a build came to, from the best to the worst. */
enum Result {

    SUCCESS, UNSTABLE, FAILURE, NOT_BUILT, ABORTED

    /** Whether it is that or worse. */
    boolean isWorseOrEqualTo(Result other) {
        ordinal() >= other.ordinal()
    }

}
