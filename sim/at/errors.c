/*
 * errors.c - what errors of the module and of messages are called (AT106 20.1 and 20.2).
 */
#include "sim/frame.h"

#define CME_ERRORS(X)                                                                              \
    X(0, "phone failure")                                                                          \
    X(1, "no connection to phone")                                                                 \
    X(2, "phone-adaptor link reserved")                                                            \
    X(3, "operation not allowed")                                                                  \
    X(4, "operation not supported")                                                                \
    X(5, "PH-SIM PIN required")                                                                    \
    X(6, "PH-FSIM PIN required")                                                                   \
    X(7, "PH-FSIM PUK required")                                                                   \
    X(10, "SIM not inserted")                                                                      \
    X(11, "SIM PIN required")                                                                      \
    X(12, "SIM PUK required")                                                                      \
    X(13, "SIM failure")                                                                           \
    X(14, "SIM busy")                                                                              \
    X(15, "SIM wrong")                                                                             \
    X(16, "incorrect password")                                                                    \
    X(17, "SIM PIN2 required")                                                                     \
    X(18, "SIM PUK2 required")                                                                     \
    X(20, "memory full")                                                                           \
    X(21, "invalid index")                                                                         \
    X(22, "not found")                                                                             \
    X(23, "memory failure")                                                                        \
    X(24, "text string too long")                                                                  \
    X(25, "invalid characters in text string")                                                     \
    X(26, "dial string too long")                                                                  \
    X(27, "invalid characters in dial string")                                                     \
    X(30, "no network service")                                                                    \
    X(31, "network timeout")                                                                       \
    X(32, "network not allowed - emergency call only")                                             \
    X(40, "network personalization PIN required")                                                  \
    X(41, "network personalization PUK required")                                                  \
    X(42, "network subset personalization PIN required")                                           \
    X(43, "network subset personalization PUK required")                                           \
    X(44, "service provider personalization PIN required")                                         \
    X(45, "service provider personalization PUK required")                                         \
    X(46, "corporate personalization PIN required")                                                \
    X(47, "corporate personalization PUK required")                                                \
    X(99, "resource limitation")                                                                   \
    X(100, "unknown")                                                                              \
    X(103, "Illegal MS")                                                                           \
    X(106, "Illegal ME")                                                                           \
    X(107, "GPRS services not allowed")                                                            \
    X(111, "PLMN not allowed")                                                                     \
    X(112, "Location area not allowed")                                                            \
    X(113, "Roaming not allowed in this location area")                                            \
    X(132, "service option not supported")                                                         \
    X(133, "requested service option not subscribed")                                              \
    X(134, "service option temporarily out of order")                                              \
    X(148, "unspecified GPRS error")                                                               \
    X(149, "PDP authentication failure")                                                           \
    X(150, "invalid mobile class")                                                                 \
    X(160, "DNS resolve failed")                                                                   \
    X(161, "Socket open failed")                                                                   \
    X(171, "MMS task is busy now")                                                                 \
    X(172, "The MMS data is oversize")                                                             \
    X(173, "The operation is overtime")                                                            \
    X(174, "There is no MMS receiver")                                                             \
    X(175, "The storage for address is full")                                                      \
    X(176, "Not find the address")                                                                 \
    X(177, "The connection to network is failed")                                                  \
    X(178, "Failed to read push message")                                                          \
    X(179, "This is not a push message")                                                           \
    X(180, "gprs is not attached")                                                                 \
    X(181, "tcpip stack is busy")                                                                  \
    X(182, "The MMS storage is full")                                                              \
    X(183, "The box is empty")                                                                     \
    X(184, "failed to save MMS")                                                                   \
    X(185, "It is in edit mode")                                                                   \
    X(186, "It is not in edit mode")                                                               \
    X(187, "No content in the buffer")                                                             \
    X(188, "Not find the file")                                                                    \
    X(189, "Failed to receive MMS")                                                                \
    X(190, "Failed to read MMS")                                                                   \
    X(191, "Not M-Notification.ind")                                                               \
    X(192, "The MMS enclosure is full")                                                            \
    X(193, "Unknown")                                                                              \
    X(600, "No Error")                                                                             \
    X(601, "Unrecognized Command")                                                                 \
    X(602, "Return Value Error")                                                                   \
    X(603, "Syntax Error")                                                                         \
    X(604, "Unspecified Error")                                                                    \
    X(605, "Data Transfer Already")                                                                \
    X(606, "Action Already")                                                                       \
    X(607, "Not At Cmd")                                                                           \
    X(608, "Multi Cmd too long")                                                                   \
    X(609, "Abort Cops")                                                                           \
    X(610, "No Call Disc")                                                                         \
    X(611, "BT SAP Undefined")                                                                     \
    X(612, "BT SAP Not Accessible")                                                                \
    X(613, "BT SAP Card Removed")                                                                  \
    X(614, "AT Not Allowed By Customer")                                                           \
    X(753, "missing required cmd parameter")                                                       \
    X(754, "invalid SIM command")                                                                  \
    X(755, "invalid File Id")                                                                      \
    X(756, "missing required P1/2/3 parameter")                                                    \
    X(757, "invalid P1/2/3 parameter")                                                             \
    X(758, "missing required command data")                                                        \
    X(759, "invalid characters in command data")                                                   \
    X(765, "Invalid input value")                                                                  \
    X(766, "Unsupported mode")                                                                     \
    X(767, "Operation failed")                                                                     \
    X(768, "Mux already running")                                                                  \
    X(769, "Unable to get control")                                                                \
    X(770, "SIM network reject")                                                                   \
    X(771, "Call setup in progress")                                                               \
    X(772, "SIM powered down")                                                                     \
    X(773, "SIM file not present")                                                                 \
    X(791, "Param count not enough")                                                               \
    X(792, "Param count beyond")                                                                   \
    X(793, "Param value range beyond")                                                             \
    X(794, "Param type not match")                                                                 \
    X(795, "Param format invalid")                                                                 \
    X(796, "Get a null param")                                                                     \
    X(797, "CFUN state is 0 or 4")

#define CMS_ERRORS(X)                                                                              \
    X(1, "Unassigned (unallocated) number")                                                        \
    X(3, "No route to destination")                                                                \
    X(6, "Channel unacceptable")                                                                   \
    X(8, "Operator determined barring")                                                            \
    X(10, "Call barred")                                                                           \
    X(11, "Reserved")                                                                              \
    X(16, "Normal call clearing")                                                                  \
    X(17, "User busy")                                                                             \
    X(18, "No user responding")                                                                    \
    X(19, "User alerting, no answer")                                                              \
    X(21, "Short message transfer rejected")                                                       \
    X(22, "Number changed")                                                                        \
    X(25, "Pre-emption")                                                                           \
    X(26, "Non-selected user clearing")                                                            \
    X(27, "Destination out of service")                                                            \
    X(28, "Invalid number format (incomplete number)")                                             \
    X(29, "Facility rejected")                                                                     \
    X(30, "Response to STATUS ENQUIRY")                                                            \
    X(32, "Normal, unspecified")                                                                   \
    X(34, "No circuit/channel available")                                                          \
    X(38, "Network out of order")                                                                  \
    X(41, "Temporary failure")                                                                     \
    X(42, "Switching equipment Congestion")                                                        \
    X(43, "Access information discarded")                                                          \
    X(44, "Requested circuit/channel not available")                                               \
    X(47, "Resources unavailable, unspecified")                                                    \
    X(49, "Quality of service unavailable")                                                        \
    X(50, "Requested facility not subscribed")                                                     \
    X(55, "Requested facility not subscribed")                                                     \
    X(57, "Bearer capability not authorized")                                                      \
    X(58, "Bearer capability not presently available")                                             \
    X(63, "Service or option not available, unspecified")                                          \
    X(65, "Bearer service not implemented")                                                        \
    X(68, "ACM equal or greater than ACM maximum")                                                 \
    X(69, "Requested facility not implemented")                                                    \
    X(70, "Only restricted digital information bearer capability is available")                    \
    X(79, "Service or option not implemented, unspecified")                                        \
    X(81, "Invalid transaction identifier value")                                                  \
    X(87, "User not member of CUG")                                                                \
    X(88, "Incompatible destination")                                                              \
    X(91, "Invalid transit network selection")                                                     \
    X(95, "Semantically incorrect message")                                                        \
    X(96, "Invalid mandatory information")                                                         \
    X(97, "Message type non-existent or not implemented")                                          \
    X(98, "Message type not compatible with protocol state")                                       \
    X(99, "Information element non-existent or not implemented")                                   \
    X(100, "Conditional information element error")                                                \
    X(101, "Message not compatible with protocol")                                                 \
    X(102, "Recovery on timer expiry")                                                             \
    X(111, "Protocol error, unspecified")                                                          \
    X(127, "Interworking, unspecified")                                                            \
    X(128, "Telematic interworking not supported")                                                 \
    X(129, "Short message Type 0 not supported")                                                   \
    X(130, "Cannot replace short message")                                                         \
    X(143, "Unspecified TP-PID error")                                                             \
    X(144, "Data coding scheme (alphabet) not supported")                                          \
    X(145, "Message class not supported")                                                          \
    X(159, "Unspecified TP-DCS error")                                                             \
    X(160, "Command cannot be acted")                                                              \
    X(161, "Command unsupported")                                                                  \
    X(175, "Unspecified TP-Command error")                                                         \
    X(176, "TPDU not supported")                                                                   \
    X(192, "SC busy")                                                                              \
    X(193, "No SC subscription")                                                                   \
    X(194, "SC system failure")                                                                    \
    X(195, "Invalid SME address")                                                                  \
    X(196, "Destination SME barred")                                                               \
    X(197, "SM Rejected-Duplicate SM")                                                             \
    X(198, "TP-VPF not supported")                                                                 \
    X(199, "TP-VP not supported")                                                                  \
    X(208, "SIM SMS storage full")                                                                 \
    X(209, "No SMS storage capability in SIM")                                                     \
    X(210, "Error in MS")                                                                          \
    X(211, "Memory Capacity Exceeded")                                                             \
    X(212, "SIM Application Toolkit Busy")                                                         \
    X(213, "SIM data download error")                                                              \
    X(224, "CP retry exceed")                                                                      \
    X(225, "RP trim timeout")                                                                      \
    X(226, "SMS connection broken")                                                                \
    X(255, "Unspecified error cause")                                                              \
    X(300, "ME failure")                                                                           \
    X(301, "SMS reserved")                                                                         \
    X(302, "operation not allowed")                                                                \
    X(303, "operation not supported")                                                              \
    X(304, "invalid PDU mode")                                                                     \
    X(305, "invalid text mode")                                                                    \
    X(310, "SIM not inserted")                                                                     \
    X(311, "SIM pin necessary")                                                                    \
    X(312, "PH SIM pin necessary")                                                                 \
    X(313, "SIM failure")                                                                          \
    X(314, "SIM busy")                                                                             \
    X(315, "SIM wrong")                                                                            \
    X(316, "SIM PUK required")                                                                     \
    X(317, "SIM PIN2 required")                                                                    \
    X(318, "SIM PUK2 required")                                                                    \
    X(320, "memory failure")                                                                       \
    X(321, "invalid memory index")                                                                 \
    X(322, "memory full")                                                                          \
    X(323, "invalid input parameter")                                                              \
    X(324, "invalid input format")                                                                 \
    X(325, "invalid input value")                                                                  \
    X(330, "SMSC address unknown")                                                                 \
    X(331, "no network")                                                                           \
    X(332, "network timeout")                                                                      \
    X(340, "no cnma ack")                                                                          \
    X(500, "Unknown")                                                                              \
    X(512, "SMS no error")                                                                         \
    X(513, "Message length exceeds maximum length")                                                \
    X(514, "Invalid request parameters")                                                           \
    X(515, "ME storage failure")                                                                   \
    X(516, "Invalid bearer service")                                                               \
    X(517, "Invalid service mode")                                                                 \
    X(518, "Invalid storage type")                                                                 \
    X(519, "Invalid message format")                                                               \
    X(520, "Too many MO concatenated messages")                                                    \
    X(521, "SMSAL not ready")                                                                      \
    X(522, "SMSAL no more service")                                                                \
    X(523, "Not support TP-Status-Report & TP-Command in storage")                                 \
    X(524, "Reserved MTI")                                                                         \
    X(525, "No free entity in RL layer")                                                           \
    X(526, "The port number is already registerred")                                               \
    X(527, "There is no free entity for port number")                                              \
    X(528, "More Message to Send state error")                                                     \
    X(529, "MO SMS is not allow")                                                                  \
    X(530, "GPRS is suspended")                                                                    \
    X(531, "ME storage full")                                                                      \
    X(532, "Doing SIM refresh")

struct error {
    int16_t number;
    const char *text;
};

#define X(number, text) {number, text},
static const struct error cme_errors[] = {CME_ERRORS(X)};
static const struct error cms_errors[] = {CMS_ERRORS(X)};
#undef X

static const char *find(const struct error *errors, size_t count, int number)
{
    for (size_t i = 0; i < count; i++)
        if (errors[i].number == number)
            return errors[i].text;
    return NULL;
}

const char *sim_answer_error_text(int number)
{
    return find(cme_errors, sizeof cme_errors / sizeof cme_errors[0], number);
}

const char *sim_answer_message_error_text(int number)
{
    return find(cms_errors, sizeof cms_errors / sizeof cms_errors[0], number);
}
