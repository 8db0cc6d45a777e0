import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.log.Log;
import org.eclipse.jetty.util.log.StdErrLog;

/** Jetty's ResourceHandler, in its most lenient compliance. */
public class JettyJudge {

    public static void main(String[] args) throws Exception {
        StdErrLog log = new StdErrLog();
        log.setLevel(StdErrLog.LEVEL_OFF);
        Log.setLog(log);

        Server server = new Server();
        ServerConnector connector = new ServerConnector(server,
            new HttpConnectionFactory(new HttpConfiguration(),
                                      HttpCompliance.LEGACY));
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(args[0]));
        server.addConnector(connector);

        ResourceHandler files = new ResourceHandler();
        files.setResourceBase(args[1]);
        files.setWelcomeFiles(new String[] { "index.html" });

        ContextHandler context = new ContextHandler("/");
        context.setHandler(files);
        context.addAliasCheck(new ContextHandler.ApproveAliases());
        server.setHandler(context);

        server.start();
        server.join();
    }
}
