import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * An application on the JDK's own server. It decodes until nothing changes,
 * and reads the bytes with DataInputStream.readUTF, which takes overlong
 * forms of two and three bytes.
 */
public class DecodeJudge {

    static byte[] decode(byte[] in) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < in.length; i++) {
            int high = digit(in, i + 1);
            int low = digit(in, i + 2);
            if (in[i] == '%' && high >= 0 && low >= 0) {
                out.write(high * 16 + low);
                i += 2;
            } else {
                out.write(in[i]);
            }
        }
        return out.toByteArray();
    }

    static int digit(byte[] in, int i) {
        return i < in.length ? Character.digit(in[i], 16) : -1;
    }

    static String characters(byte[] bytes) {
        ByteArrayOutputStream counted = new ByteArrayOutputStream();
        counted.write(bytes.length >> 8);
        counted.write(bytes.length);
        counted.writeBytes(bytes);
        try {
            return new DataInputStream(
                new ByteArrayInputStream(counted.toByteArray())).readUTF();
        } catch (IOException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    static String file(String target) {
        String text = target;
        for ( ;; ) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            String once = characters(decode(bytes));
            if (once.equals(text)) {
                return text.replace('\\', '/');
            }
            text = once;
        }
    }

    static void answer(HttpExchange exchange, Path root) throws IOException {
        byte[] body = "nothing here\n".getBytes();
        int status = 404;
        try {
            String name = file(exchange.getRequestURI().getRawPath());
            body = Files.readAllBytes(Path.of(root + "/" + name));
            status = 200;
        } catch (IOException | InvalidPathException | NullPointerException e) {
            /* nothing here */
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[1]);
        HttpServer server = HttpServer.create(new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 100);
        server.createContext("/", exchange -> answer(exchange, root));
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.start();
    }
}
