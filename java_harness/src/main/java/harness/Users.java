package harness;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * Loads harness and SDK, and any class {@code scenario.NAME} that is asked for: a user's error is an ordinary class.
 *
 * <p>The SDK makes caught errors anew by the names of their classes, in processes that have raised none of them. In a
 * user's program all are there; here they are made when they are looked for, as copies of a template.
 */
final class Users extends URLClassLoader {
    static final String PACKAGE = "scenario.";

    /** All that is on the class path, loaded by this instead of by the JVM's own loader. */
    Users(String path) {
        super(urls(path), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] urls(String path) {
        var urls = new ArrayList<URL>();
        for (var entry : path.split(File.pathSeparator)) {
            try {
                urls.add(new File(entry).toURI().toURL());
            } catch (MalformedURLException error) {
                throw new IllegalStateException(error);
            }
        }
        return urls.toArray(URL[]::new);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        var template = PACKAGE + "Template";
        if (!name.startsWith(PACKAGE) || name.equals(template)) {
            return super.findClass(name);
        }
        var own = template.replace('.', '/');
        try (var file = getResourceAsStream(own + ".class")) {
            // A class file has its class's name in it as a text, with its length before it.
            var made = new String(file.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .replace(constant(own), constant(name.replace('.', '/')))
                    .getBytes(StandardCharsets.ISO_8859_1);
            return defineClass(name, made, 0, made.length);
        } catch (IOException error) {
            throw new ClassNotFoundException(name, error);
        }
    }

    private static String constant(String name) throws IOException {
        var bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeUTF(name);
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
