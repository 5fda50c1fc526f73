"""What a tray costs at the least: PySide6, one icon, one tooltip."""

import signal
import sys

from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

signal.signal(signal.SIGTERM, signal.SIG_DFL)
application = QApplication(sys.argv)
application.setQuitOnLastWindowClosed(False)
picture = QPixmap(22, 22)
picture.fill("orange")
menu = QMenu()
menu.addAction("Quit", application.quit)
icon = QSystemTrayIcon(QIcon(picture))
icon.setToolTip("3,421 W now")
icon.setContextMenu(menu)
icon.show()
sys.exit(application.exec())
