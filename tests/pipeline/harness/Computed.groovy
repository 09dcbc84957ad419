/** A value that only a run knows. interpolated: it is a string in double quotes. names: the variables in it. */
class Computed {

    String text
    Set<String> names = []
    boolean interpolated

    @Override
    String toString() {
        text
    }

}
