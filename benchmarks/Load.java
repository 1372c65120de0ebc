import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Asks for small or large answers as fast as they come, and gives them.
 *
 * <pre>
 *   java Load serve ADDRESS
 *     prints its port; answers GET /N with N bytes, GET /N-R with N bytes at R of them a second, and a TLS ClientHello
 *     with 128; ends with its standard input
 *   java Load ask WAY TARGET PROXY SIZE[-RATE] CONNECTIONS SECONDS WARM PAUSE
 *     WAY is direct, fresh (direct, a connection each), absolute, connect or hello (CONNECT, a connection each, with
 *     HTTP or a ClientHello behind it); TARGET and PROXY are HOST:PORT; PAUSE is milliseconds between two requests
 *     of a connection. Prints a line of JSON: what came in SECONDS after WARM seconds, times in microseconds, and
 *     "all", the requests with those of the time before.
 * </pre>
 */
final class Load {
  private static final int BUFFER = 64 * 1024;

  private Load() {}

  public static void main(String[] words) throws Exception {
    if (words.length == 2 && words[0].equals("serve")) {
      serve(InetAddress.ofLiteral(words[1]));
    } else if (words.length == 9 && words[0].equals("ask")) {
      ask(words);
    } else {
      System.err.println("Load: expected serve or ask with their arguments, found " + List.of(words));
      System.exit(64);
    }
  }

  // ---- the server

  private static void serve(InetAddress address) throws IOException {
    ServerSocket listener = new ServerSocket(0, 1024, address);
    System.out.println(listener.getLocalPort());
    ExecutorService threads = Executors.newCachedThreadPool(Load::daemon);
    daemon(
            () -> {
              while (true) {
                try {
                  Socket socket = listener.accept();
                  threads.execute(() -> answer(socket));
                } catch (IOException e) {
                  System.err.println("Load: " + e);
                }
              }
            })
        .start();
    while (System.in.read() >= 0) {}
  }

  private static Thread daemon(Runnable work) {
    return Thread.ofPlatform().daemon().stackSize(256 * 1024).unstarted(work);
  }

  private static void answer(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      byte[] body = new byte[BUFFER];
      Arrays.fill(body, (byte) 'x');
      while (true) {
        in.mark(1);
        int first = in.read();
        if (first < 0) {
          return;
        }
        if (first == 22) {
          in.skipNBytes(2);
          in.skipNBytes(in.read() << 8 | in.read());
          out.write(body, 0, 128);
          continue;
        }
        in.reset();
        String request = head(in);
        int from = request.indexOf('/') + 1;
        String[] asked = request.substring(from, request.indexOf(' ', from)).split("-", 2);
        long size = Long.parseLong(asked[0]);
        Pace pace = new Pace(asked.length == 1 ? 0 : Long.parseLong(asked[1]));
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        int part = (int) Math.min(size, BUFFER - head.length);
        byte[] begin = Arrays.copyOf(head, head.length + part);
        System.arraycopy(body, 0, begin, head.length, part);
        pace.await(part);
        out.write(begin);
        for (long left = size - part; left > 0; left -= BUFFER) {
          pace.await(size - left);
          out.write(body, 0, (int) Math.min(left, BUFFER));
        }
      }
    } catch (IOException e) {
      // The client is gone.
    }
  }

  /** Lets bytes pass at a rate, a millisecond's worth at once; zero for as fast as they go. */
  private record Pace(long bytesPerSecond, long begin) {
    Pace(long bytesPerSecond) {
      this(bytesPerSecond, System.nanoTime());
    }

    void await(long sent) {
      if (bytesPerSecond > 0) {
        long due = begin + (long) (sent * 1e9 / bytesPerSecond);
        for (long early = due - System.nanoTime(); early > 1_000_000; early = due - System.nanoTime()) {
          LockSupport.parkNanos(early);
        }
      }
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder(256);
    for (int matched = 0; matched < 4; ) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("the connection ended within a head: " + head);
      }
      head.append((char) c);
      matched = c == "\r\n\r\n".charAt(matched) ? matched + 1 : c == '\r' ? 1 : 0;
    }
    return head.toString();
  }

  // ---- the client

  private record Asked(String way, String target, InetSocketAddress to, String path, int size, long pause) {
    boolean keeps() {
      return way.equals("direct") || way.equals("absolute");
    }

    boolean tunnels() {
      return way.equals("connect") || way.equals("hello");
    }
  }

  private static void ask(String[] words) throws Exception {
    String way = words[1];
    String target = words[2];
    String to = way.equals("direct") || way.equals("fresh") ? target : words[3];
    int colon = to.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            InetAddress.ofLiteral(to.substring(0, colon)), Integer.parseInt(to.substring(colon + 1)));
    Asked asked = new Asked(way, target, address, "/" + words[4], Integer.parseInt(words[4].split("-", 2)[0]), Long.parseLong(words[8]));
    int connections = Integer.parseInt(words[5]);
    long begin = System.nanoTime() + (long) (Double.parseDouble(words[7]) * 1e9);
    long end = begin + (long) (Double.parseDouble(words[6]) * 1e9);
    List<Asker> askers = new ArrayList<>();
    CountDownLatch over = new CountDownLatch(connections);
    for (int i = 0; i < connections; i++) {
      Asker asker = new Asker(asked, begin, end, over);
      askers.add(asker);
      daemon(asker).start();
    }
    over.await();
    print(askers, (end - begin) / 1e9);
  }

  private static void print(List<Asker> askers, double seconds) {
    long[] times = askers.stream().flatMapToLong(asker -> Arrays.stream(asker.times, 0, asker.count)).sorted().toArray();
    String error = askers.stream().map(asker -> asker.error).filter(e -> !e.isEmpty()).findFirst().orElse("");
    System.out.printf(
        Locale.ROOT,
        "{\"requests\": %d, \"all\": %d, \"rate\": %.1f, \"p50\": %.1f, \"p99\": %.1f, \"bytes\": %.0f, \"failed\": %d, \"error\": \"%s\"}%n",
        times.length,
        askers.stream().mapToLong(asker -> asker.all).sum(),
        times.length / seconds,
        percentile(times, 50),
        percentile(times, 99),
        askers.stream().mapToLong(asker -> asker.bytes).sum() / seconds,
        askers.stream().mapToLong(asker -> asker.failed).sum(),
        error.replaceAll("[^ -~]|[\"\\\\]", " "));
  }

  private static double percentile(long[] sorted, int percent) {
    return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1000.0;
  }

  /** One connection at a time, one request at a time. */
  private static final class Asker implements Runnable {
    private final Asked asked;
    private final long begin;
    private final long end;
    private final CountDownLatch over;
    private final byte[] request;
    private final byte[] buffer = new byte[BUFFER];
    private long[] times = new long[1024];
    private int count;
    private long all;
    private long bytes;
    private long failed;
    private String error = "";
    private Socket socket;

    Asker(Asked asked, long begin, long end, CountDownLatch over) {
      this.asked = asked;
      this.begin = begin;
      this.end = end;
      this.over = over;
      String at = asked.way().equals("absolute") ? "http://" + asked.target() : "";
      request = ascii("GET " + at + asked.path() + " HTTP/1.1\r\nHost: " + asked.target() + "\r\n\r\n");
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void run() {
      try {
        byte[] message = asked.way().equals("hello") ? hello() : request;
        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
          try {
            once(message, now);
          } catch (IOException e) {
            failed++;
            error = String.valueOf(e.getMessage());
            drop();
            Thread.sleep(10);
          }
          if (asked.pause() > 0) {
            Thread.sleep(asked.pause());
          }
        }
      } catch (Exception e) {
        error = e.toString();
        failed++;
      } finally {
        drop();
        over.countDown();
      }
    }

    private void once(byte[] message, long start) throws IOException {
      boolean reused = socket != null;
      try {
        exchange(message);
      } catch (IOException e) {
        if (!reused) {
          throw e;
        }
        // Some close a connection behind an answer without a word; what that costs is theirs.
        drop();
        exchange(message);
      }
      if (!asked.keeps()) {
        drop();
      }
      long done = System.nanoTime();
      all++;
      if (start >= begin && done <= end) {
        if (count == times.length) {
          times = Arrays.copyOf(times, count * 2);
        }
        times[count++] = done - start;
      }
    }

    private void exchange(byte[] message) throws IOException {
      if (socket == null) {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        socket.connect(asked.to(), 10_000);
        if (asked.tunnels()) {
          socket.getOutputStream().write(ascii("CONNECT " + asked.target() + " HTTP/1.1\r\nHost: " + asked.target() + "\r\n\r\n"));
          head(0);
        }
      }
      socket.getOutputStream().write(message);
      if (asked.way().equals("hello")) {
        rest(asked.size(), 0);
      } else {
        head(asked.size());
      }
    }

    /** Reads a head, which comes in one piece or few, and the body behind it; ends the connection that is to end. */
    private void head(int body) throws IOException {
      int have = 0;
      while (true) {
        int read = socket.getInputStream().read(buffer, have, buffer.length - have);
        if (read < 0) {
          throw new EOFException("the connection ended within a head");
        }
        have += read;
        int at = endOfHead(have);
        if (at > 0) {
          if (buffer[9] != '2') {
            throw new IOException(new String(buffer, 0, Math.min(have, 400), StandardCharsets.US_ASCII));
          }
          String text = new String(buffer, 0, at, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
          rest(body, have - at);
          if (body > 0 && (text.startsWith("http/1.0") || text.contains("\r\nconnection: close"))) {
            drop();
          }
          return;
        }
      }
    }

    private void rest(long size, long have) throws IOException {
      InputStream in = socket.getInputStream();
      while (have < size) {
        int read = in.read(buffer);
        if (read < 0) {
          throw new EOFException("the connection ended within a body");
        }
        have += read;
        long now = System.nanoTime();
        if (now >= begin && now <= end) {
          bytes += read;
        }
      }
    }

    private int endOfHead(int have) {
      for (int i = 3; i < have; i++) {
        if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
          return i + 1;
        }
      }
      return 0;
    }

    private void drop() {
      try {
        if (socket != null) {
          socket.close();
        }
      } catch (IOException e) {
        // gone is gone
      }
      socket = null;
    }

    private static byte[] hello() throws Exception {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine();
      engine.setUseClientMode(true);
      ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), out);
      return Arrays.copyOf(out.array(), out.position());
    }
  }
}
