package scenario;

import java.lang.invoke.MethodHandles;

/** What every class of users' errors is a copy of, under its own name: see {@code harness.Errors}. */
public class Template extends RuntimeException {
    public Template(String message) {
        super(message);
    }

    /** The right to define classes beside this one, where the SDK finds them by their names. */
    public static MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }
}
