package harness;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.lambda.durable.DurableHandler;

/**
 * A Lambda runtime for a handler as it is: AWS's own conformance handlers, or anybody's.
 *
 * <p>{@code _HANDLER} and {@code LAMBDA_TASK_ROOT} say what to run, as in Lambda. All is loaded by one class loader:
 * the SDK under test first, then the handler's own classes and jars, which may bring a logger, then what the harness
 * has.
 */
public final class AwsHandlers {
    private AwsHandlers() {}

    /** Load the handler's world, and serve in it. */
    public static void main(String[] arguments) throws Exception {
        var loader = new URLClassLoader(path(), ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        loader.loadClass(AwsHandlers.class.getName()).getMethod("serve").invoke(null);
    }

    /** Serve invocations until the Runtime API goes away. */
    public static void serve() throws IOException {
        var loop = new RuntimeLoop(System.getenv("AWS_LAMBDA_RUNTIME_API"));
        RuntimeLoop.Handler handler;
        try {
            handler = load(System.getenv("_HANDLER"));
        } catch (InvocationTargetException error) {
            loop.initError(error.getCause());
            System.exit(1);
            return;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException error) {
            loop.initError(error);
            System.exit(1);
            return;
        }
        loop.run(handler);
    }

    private static URL[] path() throws IOException {
        Set<URL> places = new LinkedHashSet<>();
        places.add(DurableHandler.class.getProtectionDomain().getCodeSource().getLocation());
        var root = Path.of(System.getenv("LAMBDA_TASK_ROOT"));
        places.add(root.toUri().toURL());
        jars(places, root);
        jars(places, root.resolve("lib"));
        if (root.endsWith("target/classes")) {
            jars(places, root.getParent()); // a build of Maven's, not unpacked: the jar beside has what it needs
        }
        for (var each : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            places.add(Path.of(each).toUri().toURL());
        }
        return places.toArray(URL[]::new);
    }

    private static void jars(Set<URL> places, Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (var file : files.filter(each -> each.toString().endsWith(".jar")).sorted().toList()) {
                places.add(url(file));
            }
        }
    }

    private static URL url(Path file) throws MalformedURLException {
        return file.toUri().toURL();
    }

    /** The handler that a text names, {@code package.Class} or {@code package.Class::method}. */
    private static RuntimeLoop.Handler load(String named) throws ReflectiveOperationException {
        var parts = named.split("::", 2);
        var type = Class.forName(parts[0]);
        var made = type.getDeclaredConstructor().newInstance();
        if (made instanceof RequestStreamHandler streams) {
            return (event, context) -> streamed(streams, event, context);
        }
        if (made instanceof RequestHandler<?, ?>) {
            var method = handling(type, parts.length > 1 ? parts[1] : "handleRequest");
            return (event, context) -> called(made, method, event, context);
        }
        throw new NoSuchMethodException(named + " is no RequestHandler and no RequestStreamHandler");
    }

    private static Method handling(Class<?> type, String name) throws NoSuchMethodException {
        return Arrays.stream(type.getMethods())
                .filter(each -> each.getName().equals(name) && !each.isBridge() && each.getParameterCount() == 2)
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException(type.getName() + "::" + name));
    }

    private static String streamed(RequestStreamHandler handler, String event, Context context) throws IOException {
        var output = new ByteArrayOutputStream();
        handler.handleRequest(new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), output, context);
        return output.toString(StandardCharsets.UTF_8);
    }

    private static String called(Object handler, Method method, String event, Context context) throws IOException {
        var input = Values.JSON.readValue(event, method.getParameterTypes()[0]);
        try {
            return Values.JSON.writeValueAsString(method.invoke(handler, input, context));
        } catch (InvocationTargetException error) {
            if (error.getCause() instanceof RuntimeException raised) {
                throw raised;
            }
            throw new IOException(error.getCause());
        } catch (IllegalAccessException error) {
            throw new IOException(error);
        }
    }
}
