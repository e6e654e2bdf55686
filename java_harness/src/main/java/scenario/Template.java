package scenario;

/** What every class of users' errors is a copy of, under its own name: see {@code harness.Users}. */
public class Template extends RuntimeException {
    public Template(String message) {
        super(message);
    }
}
