/** What Jenkins would not take. An Error: no `catch` of a pipeline hides it. */
class Refused extends Error {

    Refused(String message) {
        super(message)
    }

}
